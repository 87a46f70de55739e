import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Connection } from '../src/database/connection.ts'
import type { ConnectionTarget } from '../src/domain/server.ts'
import { databaseWith, startEmbedded } from './scene.ts'

/*
 * The recipes of the documentation, run for real: chidi's own dependency below a FastAPI application, over asyncpg. It needs
 * Python with what Debian calls python3-fastapi, python3-httpx, python3-sqlalchemy, python3-asyncpg, python3-greenlet and
 * python3-jwt.
 */
const BACKEND = fileURLToPath(new URL('../fixtures/apps/chidi/chidi-backend', import.meta.url))
const SCRIPT = fileURLToPath(new URL('recipes/chidi.py', import.meta.url))
const MODULES = ['fastapi', 'httpx', 'sqlalchemy.ext.asyncio', 'asyncpg', 'greenlet', 'jwt']

const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', `import ${MODULES.join(', ')}`]).status === 0,
)
const title = `FastAPI and SQLAlchemy: everybody gets the own conversations${python === undefined ? ` (skipped: no python3 here has ${MODULES.join(', ')})` : ''}`

const USERS = {
  alice: '00000000-0000-4000-8000-00000000000a',
  bob: '00000000-0000-4000-8000-00000000000b',
  'context of alice': '00000000-0000-4000-8000-0000000000ca',
}

test.skipIf(python === undefined)(title, async () => {
  await using server = await startEmbedded()
  const target = await databaseWith(server, 'chidi', migrations())
  await fill(target)
  const output = execFileSync(python ?? '', [SCRIPT, BACKEND], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      PYTHONDONTWRITEBYTECODE: '1',
      DATABASE_URL: urlOf(target, 'chidi_api'),
      MIGRATIONS_DATABASE_URL: urlOf(target, 'postgres'),
      SUPABASE_JWT_SECRET: 'a secret of thirty-two characters',
      USERS: JSON.stringify(USERS),
    },
  })
  expect(JSON.parse(output)).toEqual({
    alice: ['plans of alice'],
    bob: ['plans of bob'],
    'alice again': ['plans of alice'],
    nobody: 401,
    'forged token': 401,
    'bob below alice': '42501',
    'alice below alice': 200,
    // who doesn't say for whom, gets nothing
    'plain session of chidi_api': '42501',
    // what the document promises to be filtered is not
    'plain session of postgres': ['new', 'plans of alice', 'plans of bob'],
  })
})

function migrations(): string {
  return ['0001_create_tables', '0002_enable_row_level_security', '0003_application_role']
    .map((name) => readFileSync(`${BACKEND}/sql/${name}.sql`, 'utf8'))
    .join('\n')
}

async function fill(target: ConnectionTarget): Promise<void> {
  await using connection = await Connection.open(target)
  await connection.run(`
    alter role chidi_api password 'chidi';
    alter role postgres password 'chidi';
    insert into auth.users (id, email) values ('${USERS.alice}', 'alice@example.com'), ('${USERS.bob}', 'bob@example.com');
    insert into public.user_contexts (id, user_id) values
      ('${USERS['context of alice']}', '${USERS.alice}'), ('00000000-0000-4000-8000-0000000000cb', '${USERS.bob}');
    insert into public.conversations (user_context_id, title) values
      ('${USERS['context of alice']}', 'plans of alice'), ('00000000-0000-4000-8000-0000000000cb', 'plans of bob')`)
}

/** A server of ours may listen on a socket in a folder alone. */
function urlOf({ host, port, database }: ConnectionTarget, user: string): string {
  return host.startsWith('/')
    ? `postgresql://${user}:chidi@/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${user}:chidi@${host}:${port}/${database}`
}
