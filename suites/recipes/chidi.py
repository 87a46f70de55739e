"""The endpoint of chidi's document, over its real dependency. Prints as JSON what each caller gets."""

import asyncio
import json
import os
import sys
import time
from typing import Any

import asyncpg
import jwt
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

sys.path.insert(0, sys.argv[1])
from chidi_backend.shared.database.connection import get_db  # noqa: E402

app = FastAPI()


@app.get("/conversations/")
async def get_conversations(db: AsyncSession = Depends(get_db)) -> list[str]:
    result = await db.execute(text("SELECT title FROM conversations ORDER BY title"))
    return list(result.scalars())


@app.post("/conversations/{context}")
async def create(context: str, db: AsyncSession = Depends(get_db)) -> str:
    await db.execute(
        text("INSERT INTO conversations (user_context_id, title) VALUES (CAST(:context AS uuid), 'new')"),
        {"context": context},
    )
    return "made"


def token(sub: str, secret: str = os.environ["SUPABASE_JWT_SECRET"]) -> dict[str, str]:
    claims = {"sub": sub, "aud": "authenticated", "role": "authenticated", "exp": int(time.time()) + 60}
    return {"authorization": f"Bearer {jwt.encode(claims, secret, algorithm='HS256')}"}


async def plain(url: str) -> Any:
    """A session that says nothing about a user, as the document has it."""
    connection = await asyncpg.connect(url)
    try:
        return [title for (title,) in await connection.fetch("SELECT title FROM conversations ORDER BY title")]
    except asyncpg.PostgresError as error:
        return error.sqlstate
    finally:
        await connection.close()


def status(call: Any) -> int | str:
    try:
        return call().status_code
    except Exception as error:  # what the driver raises comes through the test client as it is
        return getattr(getattr(error, "orig", error), "sqlstate", type(error).__name__)


users = json.loads(os.environ["USERS"])
with TestClient(app) as client:
    answers = {
        "alice": client.get("/conversations/", headers=token(users["alice"])).json(),
        "bob": client.get("/conversations/", headers=token(users["bob"])).json(),
        "alice again": client.get("/conversations/", headers=token(users["alice"])).json(),
        "nobody": status(lambda: client.get("/conversations/")),
        "forged token": status(lambda: client.get("/conversations/", headers=token(users["alice"], "another secret"))),
        "bob below alice": status(
            lambda: client.post(f"/conversations/{users['context of alice']}", headers=token(users["bob"]))
        ),
        "alice below alice": status(
            lambda: client.post(f"/conversations/{users['context of alice']}", headers=token(users["alice"]))
        ),
    }
answers["plain session of chidi_api"] = asyncio.run(plain(os.environ["DATABASE_URL"]))
answers["plain session of postgres"] = asyncio.run(plain(os.environ["MIGRATIONS_DATABASE_URL"]))
print(json.dumps(answers))
