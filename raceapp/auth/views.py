"""Registering, logging in and out, one's own account, and everybody's for team managers."""

from functools import wraps

from flask import current_app, g, url_for

from raceapp import errors
from raceapp.auth import schemas, service, sessions
from raceapp.limits import budgets
from raceapp.storage.session import db
from raceapp.web import etags
from raceapp.web.callers import admin_only
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
    def post(self, credentials):
        """Log in"""
        tokens = sessions.log_in(**credentials)
        db.session.commit()
        return tokens


@blp.route("/refresh")
class Refresh(Resource):
    is_public = True
    budget = budgets.REFRESH

    @blp.arguments(schemas.RefreshSchema)
    @blp.response(200, schemas.TokensSchema)
    @blp.alt_response(401, description="Unknown, expired or used; a used one ends its session")
    def post(self, body):
        """Trade a refresh token for new tokens"""
        tokens = sessions.refresh(body["refresh_token"])
        db.session.commit()
        return tokens


@blp.route("/logout")
class Logout(Resource):
    @blp.response(204)
    def post(self):
        """Log out: the tokens of this session stop working at once"""
        sessions.end(g.actor.session_id)
        db.session.commit()


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


@users.route("")
class UserList(Resource):
    @admin_only
    @users.arguments(schemas.UserQuerySchema, location="query", as_kwargs=True)
    @users.response(200, schemas.UserSchema(many=True))
    def get(self, page, **filters):
        """List people"""
        return page.of(service.search(**filters))


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
    @users.alt_response(409, description="The last active team manager stays one")
    def patch(self, changes, user_id):
        """Change a person's name, role or state"""
        user = service.get(user_id, for_update=True)
        etags.check_if_match(user)
        service.update(user, changes, actor=g.actor)
        db.session.commit()
        return user
