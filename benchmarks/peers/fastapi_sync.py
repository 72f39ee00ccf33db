"""FastAPI with sync SQLAlchemy sessions in its thread pool."""

from typing import Annotated

import bcrypt
import redis
import settings
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi_models import (
    Event,
    LoginIn,
    Status,
    Task,
    TaskIn,
    TaskOut,
    TaskPatch,
    User,
    limit_headers,
    read_token,
    write_token,
)
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine(f"postgresql+psycopg://{settings.DATABASE}", pool_size=20, max_overflow=20)
make_session = sessionmaker(engine, expire_on_commit=False)
hit = redis.Redis.from_url(settings.REDIS_URL).register_script(settings.FIXED_WINDOW)


def open_session():
    with make_session() as session:
        yield session


def rate_limit(request: Request, response: Response):
    response.headers.update(limit_headers(*hit([f"sync:{request.client.host}"])))


Db = Annotated[Session, Depends(open_session)]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def current_user(credentials: Bearer, db: Db) -> User:
    user = db.get(User, int(read_token(credentials.credentials)["sub"]))
    if user is None:
        raise HTTPException(401, "unknown user")
    return user


Me = Annotated[User, Depends(current_user)]
app = FastAPI(dependencies=[Depends(rate_limit)])


@app.post("/v1/auth/login")
def login(sent: LoginIn, db: Db) -> dict[str, str]:
    user = db.scalar(select(User).filter_by(email=sent.email))
    if not user or not bcrypt.checkpw(sent.password.encode(), user.password.encode()):
        raise HTTPException(401, "bad credentials")
    return write_token(user)


@app.get("/v1/tasks", response_model=list[TaskOut])
def list_tasks(  # noqa: PLR0917
    me: Me,
    db: Db,
    response: Response,
    page: int = Query(1, ge=1),
    page_size: int = Query(settings.PAGE_SIZE, ge=1, le=100),
    status: Status | None = None,
):
    query = select(Task)
    if me.role != "admin":
        query = query.where(Task.assigned_to == me.id)
    if status:
        query = query.where(Task.status == status)
    total = db.scalar(select(func.count()).select_from(query.subquery()))
    response.headers["X-Total-Count"] = str(total)
    return db.scalars(query.order_by(Task.id).limit(page_size).offset((page - 1) * page_size)).all()


@app.post("/v1/tasks", status_code=201, response_model=TaskOut)
def create_task(sent: TaskIn, me: Me, db: Db):
    if not db.get(Event, sent.event_id):
        raise HTTPException(404, "event not found")
    task = Task(**sent.model_dump(), created_by=me.id)
    task.assigned_to = task.assigned_to or me.id
    db.add(task)
    db.commit()
    return task


def find(task_id: int, me: Me, db: Db) -> Task:
    task = db.get(Task, task_id)
    if task is None or (me.role != "admin" and task.assigned_to != me.id):
        raise HTTPException(404, "task not found")
    return task


Found = Annotated[Task, Depends(find)]


@app.get("/v1/tasks/{task_id}", response_model=TaskOut)
def get_task(task: Found):
    return task


@app.patch("/v1/tasks/{task_id}", response_model=TaskOut)
def change_task(sent: TaskPatch, task: Found, db: Db):
    for name, value in sent.model_dump(exclude_unset=True).items():
        setattr(task, name, value)
    db.commit()
    return task
