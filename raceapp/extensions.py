"""Extensions, created unbound; `create_app()` binds them."""

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session

from raceapp.database import Base, is_only_reading


class RoutedSession(Session):
    """Sends requests that only read to the engine made for that."""

    def get_bind(self, mapper=None, clause=None, bind=None, **kwargs):
        engines = self._db.engines
        if bind is None and is_only_reading() and "reading" in engines:
            return engines["reading"]
        return super().get_bind(mapper, clause, bind, **kwargs)


# What a view returns is written after the commit; reading it all again would tell nothing new.
SESSION = {"class_": RoutedSession, "expire_on_commit": False}
db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options=SESSION)
migrate = Migrate()
