"""flask-smorest as tutorials show it: entities, marshmallow, a user query, stock limiter."""

from datetime import UTC, datetime

import bcrypt
import settings
from flask import Flask
from flask.views import MethodView
from flask_jwt_extended import JWTManager, create_access_token, current_user, jwt_required
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_smorest import Api, Blueprint, Page, abort
from flask_sqlalchemy import SQLAlchemy
from marshmallow import Schema, fields, validate

db = SQLAlchemy()
jwt = JWTManager()
limiter = Limiter(
    get_remote_address,
    default_limits=[f"{settings.RATE_LIMIT} per minute"],
    storage_uri=settings.REDIS_URL,
    headers_enabled=True,
)


def now():
    return datetime.now(UTC)


class User(db.Model):
    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(254), unique=True)
    password = db.Column(db.String(128))
    role = db.Column(db.String(16))


class Event(db.Model):
    __tablename__ = "events"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(120))
    event_date = db.Column(db.Date)


class Task(db.Model):
    __tablename__ = "tasks"
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(200))
    description = db.Column(db.Text, default="")
    status = db.Column(db.String(16), default="open")
    is_critical = db.Column(db.Boolean, default=False)
    due_at = db.Column(db.DateTime(timezone=True))
    event_id = db.Column(db.ForeignKey("events.id"))
    assigned_to = db.Column(db.ForeignKey("users.id"))
    created_by = db.Column(db.ForeignKey("users.id"))
    created_at = db.Column(db.DateTime(timezone=True), default=now)
    updated_at = db.Column(db.DateTime(timezone=True), default=now, onupdate=now)


class LoginSchema(Schema):
    email = fields.Str(required=True)
    password = fields.Str(required=True)


class TokenSchema(Schema):
    access_token = fields.Str()


class TaskSchema(Schema):
    id = fields.Int(dump_only=True)
    title = fields.Str(required=True, validate=validate.Length(1, 200))
    description = fields.Str()
    status = fields.Str(validate=validate.OneOf(settings.STATUSES))
    is_critical = fields.Bool()
    due_at = fields.AwareDateTime(allow_none=True)
    event_id = fields.Int(required=True)
    assigned_to = fields.Int(allow_none=True)
    created_by = fields.Int(dump_only=True)
    created_at = fields.DateTime(dump_only=True)
    updated_at = fields.DateTime(dump_only=True)


class TaskQuerySchema(Schema):
    status = fields.Str(validate=validate.OneOf(settings.STATUSES))
    event_id = fields.Int()


class CountedPage(Page):
    @property
    def item_count(self):
        return self.collection.count()


blp = Blueprint("v1", __name__, url_prefix="/v1")


@jwt.user_lookup_loader
def load_user(_header, claims):
    return db.session.get(User, int(claims["sub"]))


@blp.route("/auth/login")
class Login(MethodView):
    @blp.arguments(LoginSchema)
    @blp.response(200, TokenSchema)
    def post(self, sent):
        user = db.session.scalar(db.select(User).filter_by(email=sent["email"]))
        if not user or not bcrypt.checkpw(sent["password"].encode(), user.password.encode()):
            abort(401)
        return {"access_token": create_access_token(str(user.id), expires_delta=False)}


@blp.route("/tasks")
class Tasks(MethodView):
    @jwt_required()
    @blp.arguments(TaskQuerySchema, location="query")
    @blp.response(200, TaskSchema(many=True))
    @blp.paginate(CountedPage, page_size=settings.PAGE_SIZE)
    def get(self, filters):
        tasks = Task.query.filter_by(**filters)
        if current_user.role != "admin":
            tasks = tasks.filter_by(assigned_to=current_user.id)
        return tasks.order_by(Task.id)

    @jwt_required()
    @blp.arguments(TaskSchema)
    @blp.response(201, TaskSchema)
    def post(self, sent):
        if not db.session.get(Event, sent["event_id"]):
            abort(404)
        task = Task(**{"assigned_to": current_user.id, **sent}, created_by=current_user.id)
        db.session.add(task)
        db.session.commit()
        return task


@blp.route("/tasks/<int:task_id>")
class TaskById(MethodView):
    @staticmethod
    def find(task_id):
        task = db.session.get(Task, task_id)
        is_admin = current_user.role == "admin"
        if task is None or not (is_admin or task.assigned_to == current_user.id):
            abort(404)
        return task

    @jwt_required()
    @blp.response(200, TaskSchema)
    def get(self, task_id):
        return self.find(task_id)

    @jwt_required()
    @blp.arguments(TaskSchema(partial=True))
    @blp.response(200, TaskSchema)
    def patch(self, changes, task_id):
        task = self.find(task_id)
        for name, value in changes.items():
            setattr(task, name, value)
        db.session.commit()
        return task


app = Flask(__name__)
app.config.update(
    API_TITLE="Race weekend",
    API_VERSION="v1",
    OPENAPI_VERSION="3.0.3",
    SQLALCHEMY_DATABASE_URI=f"postgresql+psycopg://{settings.DATABASE}",
    JWT_SECRET_KEY=settings.SECRET,
)
for extension in (db, jwt, limiter):
    extension.init_app(app)
Api(app).register_blueprint(blp)
