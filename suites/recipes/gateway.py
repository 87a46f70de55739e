"""SQLAlchemy as chidi uses it, and asyncpg below it, through the gateway of one actor. Prints as JSON what it gets."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
from sqlalchemy import Column, String, func, select, text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import declarative_base, sessionmaker

_, _, _address = os.environ["DATABASE_URL"].partition("://")
engine = create_async_engine("postgresql+asyncpg://" + _address)
sessions = sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


async def get_db(claims: dict[str, Any]) -> AsyncIterator[AsyncSession]:
    """As in chidi_backend/shared/database/connection.py, which needs FastAPI for nothing but its caller."""
    async with sessions() as session, session.begin():
        await session.execute(
            text("SELECT set_config('request.jwt.claims', :claims, true)"), {"claims": json.dumps(claims)}
        )
        await session.execute(text("SET LOCAL ROLE authenticated"))
        yield session


# chidi's models are SQLAlchemy 2's; this runs with 1.4 as well
class Conversation(declarative_base()):
    __tablename__ = "conversations"
    id = Column(UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()"))
    user_context_id = Column(UUID(as_uuid=True))
    title = Column(String(200))


CLAIMS = {"sub": os.environ["ALICE"], "role": "authenticated"}
HERS, HIS = os.environ["HER_CONTEXT"], os.environ["HIS_CONTEXT"]


async def titles(session: AsyncSession) -> list[str]:
    return list((await session.execute(select(Conversation.title).order_by(Conversation.title))).scalars())


async def in_request(work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
    """As FastAPI does it: what the dependency yields, and its end."""
    request = get_db(CLAIMS)
    session = await request.__anext__()
    try:
        answer = await work(session)
    except Exception as error:
        try:
            await request.athrow(error)
        except DBAPIError as refused:
            return refused.orig.sqlstate
        raise
    async for _ in request:
        pass
    return answer


async def create(session: AsyncSession, context: str, title: str) -> str:
    session.add(Conversation(user_context_id=context, title=title))
    await session.flush()
    return title


async def nested(session: AsyncSession) -> list[str]:
    await create(session, HERS, "b kept")
    try:
        async with session.begin_nested():
            await create(session, HERS, "lost")
            await session.execute(text("SELECT 1 / 0"))
    except DBAPIError:
        pass
    return await titles(session)


async def without_claims() -> Any:
    """The gateway's session is the actor's from the start: there is nothing to forget."""
    async with sessions() as session:
        return (await session.execute(select(func.count()).select_from(Conversation))).scalar()


async def over_asyncpg() -> dict[str, Any]:
    answers: dict[str, Any] = {}
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=2) as pool:
        async with pool.acquire() as connection:
            prepared = await connection.prepare("SELECT title FROM conversations WHERE title LIKE $1 ORDER BY 1")
            answers["prepared"] = [row[0] for row in await prepared.fetch("%")]
            async with connection.transaction():
                await connection.execute("SET LOCAL work_mem = '8MB'")
                answers["cursor"] = [row[0] async for row in connection.cursor("SELECT generate_series(1, 120)")][-1]
                try:
                    async with connection.transaction():
                        await connection.execute("SELECT 1 / 0")
                except asyncpg.DivisionByZeroError:
                    answers["inner"] = "rolled back"
            answers["work_mem"] = await connection.fetchval("SHOW work_mem")
            await connection.copy_records_to_table("drafts", records=[("one",), ("two",)])
            await connection.executemany("INSERT INTO drafts VALUES ($1)", [("three",), ("four",)])
            try:
                await connection.fetch("SELECT pg_sleep(30)", timeout=0.3)
            except asyncio.TimeoutError:
                answers["timeout"] = "cancelled"
        # a pooled connection comes back with RESET ALL, UNLISTEN and the like
        answers["drafts"] = await asyncio.gather(*[pool.fetchval("SELECT count(*) FROM drafts") for _ in range(10)])
        try:
            await pool.execute("SET ROLE service_role")
        except asyncpg.InsufficientPrivilegeError as error:
            answers["another role"] = error.sqlstate
    return answers


async def main() -> dict[str, Any]:
    answers = {
        "hers": await in_request(titles),
        "created": await in_request(lambda session: create(session, HERS, "a new one")),
        "below his": await in_request(lambda session: create(session, HIS, "forged")),
        "nested": await in_request(nested),
        "without claims": await without_claims(),
        "asyncpg": await over_asyncpg(),
    }
    await engine.dispose()
    return answers


print(json.dumps(asyncio.run(main())))
