"""Invitations to the crew of a race weekend."""

import io

import segno
from flask import g

from raceapp import errors
from raceapp.auth import cookies, sessions
from raceapp.auth.schemas import TokensSchema
from raceapp.invitations import schemas, service
from raceapp.limits import budgets
from raceapp.storage.session import db
from raceapp.web import callers, etags
from raceapp.web.links import link_to
from raceapp.web.rest import Blueprint, Resource
from raceapp.web.writing import TEXT, Document

blp = Blueprint(
    "invitations", __name__, url_prefix="/v1", description="Links by which people join a crew"
)
SVG = "image/svg+xml"
NEEDED = "This is required of somebody who is not logged in."
NOT_YOURS = "Neither a crew chief of the weekend nor a team manager"


def qr_code(link: str) -> bytes:
    """Return a link as a QR code that stays black on white wherever it is shown."""
    drawn = io.BytesIO()
    code = segno.make_qr(link, error="m")
    code.save(drawn, kind="svg", scale=8, light="#fff", title="Invitation", xmldecl=False)
    return drawn.getvalue()


@blp.route("/events/<id:event_id>/invitations")
class InvitationList(Resource):
    @blp.arguments(schemas.InvitationQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.InvitationSchema(many=True))
    @blp.alt_response(403, description=NOT_YOURS)
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def get(self, page, event_id):
        """List the invitations to a race weekend, also those that are not open any more"""
        found = page.of(service.of_event(service.get_event(event_id, actor=g.actor)))
        service.mark_open(found.items)
        return found

    @blp.arguments(schemas.InvitationCreateSchema)
    @blp.response(201, schemas.InvitationLinkSchema)
    @blp.alt_response(403, description=NOT_YOURS)
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def post(self, fields, event_id):
        """Invite somebody to the crew of a race weekend by a link that is good once"""
        event = service.get_event(event_id, actor=g.actor, for_update=True)
        invitation = service.create(event, actor=g.actor, **fields)
        invitation.url = link_to("join", service.links.secret_of(invitation))
        db.session.commit()
        return invitation, {"Location": f"/v1/invitations/{invitation.id}"}


@blp.route("/invitations/<id:invitation_id>")
class InvitationItem(Resource):
    @blp.response(204)
    @blp.alt_response(403, description=NOT_YOURS)
    @blp.alt_response(404, description="No such invitation, or revoked already")
    @blp.alt_response(409, description="It has been accepted")
    def delete(self, invitation_id):
        """Revoke an invitation"""
        invitation = service.get(invitation_id, actor=g.actor, for_update=True)
        etags.check_if_match(None)  # There is no version to name.
        service.revoke(invitation, actor=g.actor)
        db.session.commit()


@blp.route("/invitations/<id:invitation_id>/qr.svg")
class InvitationQrCodeItem(Resource):
    @blp.response(200, TEXT, content_type=SVG, example='<svg xmlns="http://www.w3.org/2000/svg"/>')
    @blp.alt_response(403, description=NOT_YOURS)
    @blp.alt_response(404, description="No such invitation, or not open any more")
    def get(self, invitation_id):
        """Read the link of an invitation as a QR code"""
        invitation = service.get(invitation_id, actor=g.actor)
        link = link_to("join", service.secret_of(invitation))
        return Document(content_type=SVG, write=lambda: qr_code(link))


@blp.route("/invitations/accept")
class AcceptInvitation(Resource):
    is_public = True
    budget = budgets.LOGIN_ADDRESS

    @blp.arguments(schemas.AcceptSchema)
    @blp.response(200, TokensSchema)
    @blp.alt_response(401, description="The access token is not valid any more")
    @blp.alt_response(403, description="The invitation is for another email than yours")
    @blp.alt_response(404, description="Unknown, expired, revoked or used")
    @blp.alt_response(409, description="This email has an account: log in; the link stays good")
    @blp.doc(parameters=[cookies.DOCUMENTED], security=[{}, {"bearerAuth": []}])
    @cookies.asked_first
    def post(self, body):
        """Join a crew by an invitation, and be logged in

        Somebody new sends email, password and name, and gets an account even while registration is
        closed. Somebody with an account sends an access token in the header and the token alone.
        """
        tokens = join(**body)
        db.session.commit()
        return cookies.answer(tokens)


def join(token: str, **account) -> dict:
    """Return the tokens of the person who accepts, who is new or logged in."""
    if account:
        return sessions.open_for(service.register(token, **account))
    if callers.bearer_token() is None:
        faults = {name: [NEEDED] for name in sorted(schemas.ACCOUNT)}
        raise errors.Invalid(errors={"json": faults})
    callers.authenticate()
    service.join(token, actor=g.actor)
    return sessions.renew(g.actor)
