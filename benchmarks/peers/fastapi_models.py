"""What both FastAPI peers share: tables, bodies, tokens."""

from datetime import UTC, datetime
from typing import Literal

import jwt
import settings
from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now():
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    password: Mapped[str]
    role: Mapped[str]


class Event(Base):
    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="open")
    is_critical: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


Status = Literal["open", "done", "failed"]


class LoginIn(BaseModel):
    email: str
    password: str


class TaskIn(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: str = ""
    status: Status = "open"
    is_critical: bool = False
    due_at: datetime | None = None
    event_id: int
    assigned_to: int | None = None


class TaskPatch(BaseModel):
    title: str | None = Field(None, min_length=1, max_length=200)
    description: str | None = None
    status: Status | None = None
    is_critical: bool | None = None
    due_at: datetime | None = None


class TaskOut(TaskIn):
    model_config = ConfigDict(from_attributes=True)
    id: int
    created_by: int
    created_at: datetime
    updated_at: datetime


def write_token(user: User) -> dict[str, str]:
    claims = {"sub": str(user.id), "role": user.role}
    return {"access_token": jwt.encode(claims, settings.SECRET, "HS256")}


def read_token(token: str) -> dict[str, str]:
    try:
        return jwt.decode(token, settings.SECRET, algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(401, "bad token") from error


def limit_headers(count: int, seconds: int) -> dict[str, str]:
    """Return the headers of this hit; refuses a hit that is one too many."""
    headers = {
        "X-RateLimit-Limit": str(settings.RATE_LIMIT),
        "X-RateLimit-Remaining": str(max(0, settings.RATE_LIMIT - count)),
        "X-RateLimit-Reset": str(int(now().timestamp()) + seconds),
    }
    if count > settings.RATE_LIMIT:
        raise HTTPException(429, "too many requests", headers)
    return headers
