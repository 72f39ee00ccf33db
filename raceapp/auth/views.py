"""Registering, logging in and out, one's own account, and everybody's for team managers."""

from functools import wraps

from flask import current_app, g, request, url_for

from raceapp import errors
from raceapp.auth import cookies, entries, resets, schemas, service, sessions
from raceapp.limits import budgets
from raceapp.storage.session import db
from raceapp.web import etags
from raceapp.web.callers import admin_only
from raceapp.web.links import link_to
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("auth", __name__, url_prefix="/v1/auth", description="Accounts and log-ins")
users = Blueprint(
    "users", __name__, url_prefix="/v1/users", description="People, for team managers"
)


def while_registration_is_open(view):
    """Refuse before the body is read, as every refusal of a person does."""

    @wraps(view)
    def guarded(*args, **kwargs):
        if not current_app.config["REGISTRATION_OPEN"]:
            raise errors.Forbidden("Registration is closed. Ask your team manager for an account.")
        return view(*args, **kwargs)

    return guarded


def body_may_be_missing(view):
    """Take a missing body for an empty one: a cookie may say everything."""
    read = view.__wrapped__

    @wraps(view)
    def lenient(*args, **kwargs):
        is_empty = cookies.is_asked_for() and request.content_length in (None, 0)
        return read(*args, {}, **kwargs) if is_empty else view(*args, **kwargs)

    return lenient


@blp.route("/register")
class Register(Resource):
    is_public = True
    budget = budgets.REGISTER

    @while_registration_is_open
    @blp.arguments(schemas.RegisterSchema)
    @blp.response(201, schemas.UserSchema)
    @blp.alt_response(403, description="Registration is closed")
    @blp.alt_response(409, description="This email has an account already")
    def post(self, account):
        """Register an account"""
        user = service.create_user(**account)
        db.session.commit()
        return user, {"Location": url_for("users.UserItem", user_id=user.id)}


@blp.route("/login")
class Login(Resource):
    is_public = True
    budget = budgets.LOGIN

    @blp.arguments(schemas.LoginSchema)
    @blp.response(200, schemas.TokensSchema)
    @blp.alt_response(401, description="Email or password is wrong, or the account is locked")
    @blp.doc(parameters=[cookies.DOCUMENTED])
    @cookies.asked_first
    def post(self, credentials):
        """Log in"""
        tokens = sessions.log_in(**credentials)
        db.session.commit()
        return cookies.answer(tokens)


@blp.route("/refresh")
class Refresh(Resource):
    is_public = True
    budget = budgets.REFRESH

    @body_may_be_missing
    @blp.arguments(schemas.RefreshSchema)
    @blp.response(200, schemas.TokensSchema)
    @blp.alt_response(401, description="Unknown, expired or used; a used one ends its session")
    @blp.alt_response(403, description="The cookie was sent by a page of another site")
    @blp.doc(parameters=[cookies.DOCUMENTED])
    def post(self, body):
        """Trade a refresh token for new tokens"""
        tokens = sessions.refresh(cookies.token_from(body))
        db.session.commit()
        return cookies.answer(tokens)


@blp.route("/logout")
class Logout(Resource):
    minds_keys = False  # A browser is admitted by its cookie, as nobody in particular.

    def admit(self):
        """Admit a browser by its cookie: its access token may have run out."""
        g.session_id = sessions.session_of(cookies.token_sent()) if cookies.token_sent() else None
        if g.session_id is None:
            super().admit()
            g.session_id = g.actor.session_id

    @blp.response(204)
    @blp.alt_response(403, description="The cookie was sent by a page of another site")
    @blp.doc(parameters=[cookies.DOCUMENTED])
    def post(self):
        """Log out: the tokens of this session stop working at once"""
        sessions.end(g.session_id)
        db.session.commit()
        return None, cookies.forget()


@blp.route("/me")
class Me(Resource):
    @blp.response(200, schemas.UserSchema)
    def get(self):
        """Read your own account"""
        return service.get(g.actor.id)

    @blp.arguments(schemas.ProfileChangeSchema)
    @blp.response(200, schemas.UserSchema)
    def patch(self, changes):
        """Change your own name"""
        user = service.get(g.actor.id, for_update=True)
        etags.check_if_match(user)
        service.update(user, changes, actor=g.actor)
        db.session.commit()
        return user


@blp.route("/password")
class Password(Resource):
    minds_keys = False
    budget = budgets.PASSWORD

    @blp.arguments(schemas.PasswordChangeSchema)
    @blp.response(204)
    @blp.alt_response(403, description="The current password is wrong; it counts towards the lock")
    @blp.doc(operationId="change_password")
    def post(self, passwords):
        """Change your password and end your other sessions"""
        sessions.change_password(g.actor, **passwords)
        db.session.commit()


@blp.route("/password-resets/use")
class PasswordResetUse(Resource):
    is_public = True
    budget = budgets.REFRESH

    @blp.arguments(schemas.ResetSchema)
    @blp.response(204)
    @blp.alt_response(404, description="Unknown, expired or used")
    @blp.doc(operationId="use_password_reset")
    def post(self, body):
        """Set a password by a link; the person's sessions and a lock end"""
        resets.use(**body)
        db.session.commit()


@users.route("")
class UserList(Resource):
    @admin_only
    @users.arguments(schemas.UserQuerySchema, location="query", as_kwargs=True)
    @users.response(200, schemas.UserSchema(many=True))
    def get(self, page, **filters):
        """List people"""
        return page.of(service.search(**filters))

    @admin_only
    @users.arguments(schemas.NewUserSchema)
    @users.response(201, schemas.NewUserAnswerSchema)
    @users.alt_response(409, description="This email has an account already")
    def post(self, account):
        """Make an account for a person; they set a password by a link"""
        user = service.add_without_password(**account, actor=g.actor)
        user.url = link_to("reset", resets.make(user, actor=g.actor).token)
        db.session.commit()
        return user, {"Location": url_for("users.UserItem", user_id=user.id)}


@users.route("/<id:user_id>")
class UserItem(Resource):
    @admin_only
    @users.response(200, schemas.UserSchema)
    @users.alt_response(404, description="No such person")
    def get(self, user_id):
        """Read a person's account"""
        return service.get(user_id)

    @admin_only
    @users.arguments(schemas.UserChangeSchema)
    @users.response(200, schemas.UserSchema)
    @users.alt_response(404, description="No such person")
    @users.alt_response(
        409, description="The last active team manager stays one, or the email is taken"
    )
    def patch(self, changes, user_id):
        """Change a person's name, email, role or state"""
        user = service.get(user_id, for_update=True)
        etags.check_if_match(user)
        service.update(user, changes, actor=g.actor)
        db.session.commit()
        return user


@users.route("/<id:user_id>/password-resets")
class UserPasswordResets(Resource):
    @admin_only
    @users.response(201, schemas.PasswordResetSchema)
    @users.alt_response(404, description="No such person")
    def post(self, user_id):
        """Make a link by which a person sets a new password; the one before ends"""
        user = service.get(user_id, for_update=True)
        reset = resets.make(user, actor=g.actor)
        db.session.commit()
        return {"url": link_to("reset", reset.token), "expires_at": reset.expires_at}


@users.route("/<id:user_id>/history")
class UserHistory(Resource):
    @admin_only
    @users.arguments(schemas.AccountQuerySchema, location="query", as_kwargs=True)
    @users.response(200, schemas.AccountEntrySchema(many=True))
    @users.alt_response(404, description="No such person")
    def get(self, page, user_id):
        """Read what changed of a person's rights and password, and who did it"""
        return page.of(entries.of_user(service.get(user_id).id))
