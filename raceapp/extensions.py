"""Extensions, created unbound; `create_app()` binds them."""

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from raceapp.database import Base

db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate()
