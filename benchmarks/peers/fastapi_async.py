"""FastAPI written the fast way: asyncpg, redis.asyncio, the role from the token, no threads."""

import asyncio
from typing import Annotated

import bcrypt
import redis.asyncio
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
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine(
    f"postgresql+asyncpg://{settings.DATABASE}", pool_size=16, max_overflow=16
)
make_session = async_sessionmaker(engine, expire_on_commit=False)
hit = redis.asyncio.Redis.from_url(settings.REDIS_URL).register_script(settings.FIXED_WINDOW)


async def open_session():
    async with make_session() as session:
        yield session


async def rate_limit(request: Request, response: Response):
    response.headers.update(limit_headers(*await hit([f"async:{request.client.host}"])))


class Caller:
    __slots__ = ("id", "role")

    def __init__(self, claims):
        self.id, self.role = int(claims["sub"]), claims["role"]


Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def current_user(credentials: Bearer) -> Caller:
    return Caller(read_token(credentials.credentials))


Db = Annotated[AsyncSession, Depends(open_session)]
Me = Annotated[Caller, Depends(current_user)]
app = FastAPI(dependencies=[Depends(rate_limit)])


@app.post("/v1/auth/login")
async def login(sent: LoginIn, db: Db) -> dict[str, str]:
    user = await db.scalar(select(User).filter_by(email=sent.email))
    if not user or not await asyncio.to_thread(
        bcrypt.checkpw, sent.password.encode(), user.password.encode()
    ):
        raise HTTPException(401, "bad credentials")
    return write_token(user)


@app.get("/v1/tasks", response_model=list[TaskOut])
async def list_tasks(  # noqa: PLR0917
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
    total = await db.scalar(select(func.count()).select_from(query.subquery()))
    response.headers["X-Total-Count"] = str(total)
    rows = query.order_by(Task.id).limit(page_size).offset((page - 1) * page_size)
    return (await db.scalars(rows)).all()


@app.post("/v1/tasks", status_code=201, response_model=TaskOut)
async def create_task(sent: TaskIn, me: Me, db: Db):
    if not await db.get(Event, sent.event_id):
        raise HTTPException(404, "event not found")
    task = Task(**sent.model_dump(), created_by=me.id)
    task.assigned_to = task.assigned_to or me.id
    db.add(task)
    await db.commit()
    return task


async def find(task_id: int, me: Me, db: Db) -> Task:
    task = await db.get(Task, task_id)
    if task is None or (me.role != "admin" and task.assigned_to != me.id):
        raise HTTPException(404, "task not found")
    return task


Found = Annotated[Task, Depends(find)]


@app.get("/v1/tasks/{task_id}", response_model=TaskOut)
async def get_task(task: Found):
    return task


@app.patch("/v1/tasks/{task_id}", response_model=TaskOut)
async def change_task(sent: TaskPatch, task: Found, db: Db):
    for name, value in sent.model_dump(exclude_unset=True).items():
        setattr(task, name, value)
    await db.commit()
    return task
