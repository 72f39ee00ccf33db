"""Motorcycles."""

from flask import g, url_for

from raceapp.bikes import schemas, service
from raceapp.storage.session import db
from raceapp.web import etags
from raceapp.web.callers import admin_only
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint(
    "bikes", __name__, url_prefix="/v1/bikes", description="Motorcycles and who rides them"
)


@blp.route("")
class BikeList(Resource):
    @blp.arguments(schemas.BikeQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.BikeSchema(many=True))
    @blp.alt_response(403, description="Only team managers may list deleted bikes")
    def get(self, page, **filters):
        """List bikes"""
        return page.of(service.search(actor=g.actor, **filters))

    @admin_only
    @blp.arguments(schemas.BikeCreateSchema)
    @blp.response(201, schemas.BikeSchema)
    @blp.alt_response(409, description="There is a bike with this label already")
    def post(self, fields):
        """Enter a bike"""
        bike = service.create(**fields)
        db.session.commit()
        return bike, {"Location": url_for("bikes.BikeItem", bike_id=bike.id)}


@blp.route("/<id:bike_id>")
class BikeItem(Resource):
    @blp.response(200, schemas.BikeSchema)
    @blp.alt_response(404, description="No such bike")
    def get(self, bike_id):
        """Read a bike, also a deleted one: tasks and records refer to it"""
        return service.get(bike_id, deleted_too=True)

    @admin_only
    @blp.arguments(schemas.BikeChangeSchema)
    @blp.response(200, schemas.BikeSchema)
    @blp.alt_response(404, description="No such bike")
    @blp.alt_response(409, description="There is a bike with this label already")
    def patch(self, changes, bike_id):
        """Change a bike"""
        bike = service.get(bike_id, for_update=True)
        etags.check_if_match(bike)
        service.update(bike, changes, actor=g.actor)
        db.session.commit()
        return bike

    @admin_only
    @blp.response(204)
    @blp.alt_response(404, description="No such bike")
    @blp.alt_response(409, description="A race weekend that is not over yet has it")
    def delete(self, bike_id):
        """Take back a bike"""
        bike = service.get(bike_id, for_update=True)
        etags.check_if_match(bike)
        service.delete(bike, actor=g.actor)
        db.session.commit()


@blp.route("/<id:bike_id>/restore")
class RestoreBike(Resource):
    @admin_only
    @blp.response(200, schemas.BikeSchema)
    @blp.alt_response(404, description="No such bike")
    @blp.alt_response(409, description="The bike has not been deleted, or its label is taken")
    @blp.alt_response(412, "Status412")
    def post(self, bike_id):
        """Restore a deleted bike"""
        bike = service.get(bike_id, for_update=True, deleted_too=True)
        etags.check_if_match(bike)
        service.restore(bike, actor=g.actor)
        db.session.commit()
        return bike
