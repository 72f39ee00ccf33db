"""A motorcycle and who rides it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from raceapp.bikes.alike import name_key
from raceapp.storage.columns import Versioned
from raceapp.storage.session import db

IS_LIVE = sa.text("deleted_at IS NULL")


class Bike(Versioned, db.Model):
    """One machine. `label`, such as "44 A", tells two bikes with the same number apart."""

    __tablename__ = "bikes"
    __table_args__ = (
        sa.Index(
            "uq_bikes_label",
            "label_key",
            unique=True,
            postgresql_where=IS_LIVE,
            sqlite_where=IS_LIVE,
        ),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(sa.Integer)
    label: Mapped[str] = mapped_column(sa.String(40))
    label_key: Mapped[str] = mapped_column(sa.Text)  # Labels with one key look alike.
    rider_name: Mapped[str] = mapped_column(sa.String(100))
    deleted_at: Mapped[datetime | None]

    @validates("label")
    def set_label_key(self, _name: str, label: str) -> str:
        self.label_key = name_key(label)
        return label
