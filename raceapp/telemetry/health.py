"""Liveness and readiness, for load balancers and people in doubt."""

import logging

import marshmallow as ma
import sqlalchemy as sa

from raceapp.limits import limiter
from raceapp.storage.session import db
from raceapp.web import fields
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("health", __name__, url_prefix="/v1/health", description="Is it up?")
log = logging.getLogger(__name__)


class HealthSchema(ma.Schema):
    status = fields.Word("HealthStatus", ["ok"], required=True)


class ChecksSchema(ma.Schema):
    database = fields.Word("CheckStatus", ["ok", "down"], required=True)
    redis = fields.Word("CheckStatus", ["ok", "down"], required=True)


class ReadinessSchema(ma.Schema):
    status = fields.Word("ReadinessStatus", ["ready", "degraded", "unavailable"], required=True)
    checks = ma.fields.Nested(ChecksSchema, required=True)


@blp.route("")
class Health(Resource):
    is_public = True

    @blp.response(200, HealthSchema)
    def get(self):
        """Tell whether the process answers, without touching anything"""
        return {"status": "ok"}


@blp.route("/ready")
class HealthReadiness(Resource):
    is_public = True

    @blp.response(200, ReadinessSchema)
    @blp.alt_response(503, schema=ReadinessSchema, description="The database cannot be reached")
    def get(self):
        """Tell whether the database and Redis answer; without Redis it is degraded"""
        checks = {"database": word(is_database_up()), "redis": word(limiter.is_redis_up())}
        if checks["database"] == "down":
            return {"status": "unavailable", "checks": checks}, 503, {"Retry-After": "2"}
        status = "ready" if checks["redis"] == "ok" else "degraded"
        return {"status": status, "checks": checks}


def word(is_up: bool) -> str:
    return "ok" if is_up else "down"


def is_database_up() -> bool:
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        log.warning("database check failed: %s", type(error).__name__)
        return False
    return True
