import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Actor } from '../../src/domain/population.ts'
import type { ConnectionTarget, Server } from '../../src/domain/server.ts'
import type { Connection } from '../../src/database/connection.ts'
import { databaseWith } from '../scene.ts'
import { member, openStage } from './scene.ts'

const run = promisify(execFile)

const BACKEND = fileURLToPath(new URL('../../fixtures/apps/chidi/chidi-backend', import.meta.url))
const SCRIPT = fileURLToPath(new URL('../recipes/gateway.py', import.meta.url))
const MODULES = ['sqlalchemy.ext.asyncio', 'asyncpg', 'greenlet']

const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', `import ${MODULES.join(', ')}`]).status === 0,
)
const psql = ['psql'].find((command) => spawnSync(command, ['--version']).status === 0)

const skipped = (found: string | undefined, what: string): string =>
  found ? '' : ` (skipped: no ${what} here)`

const ALICE = '00000000-0000-4000-8000-00000000a11c'
const BOB = '00000000-0000-4000-8000-000000000b0b'
const HER_CONTEXT = '00000000-0000-4000-8000-0000000000ca'
const HIS_CONTEXT = '00000000-0000-4000-8000-0000000000cb'

/** chidi's API logs in as a role of its own. */
const alice: Actor = { ...member('alice', ALICE), login: 'chidi_api' }

export function describeOtherLanguages(server: () => Server, target: () => ConnectionTarget): void {
  test.skipIf(!psql)(`psql${skipped(psql, 'psql')}`, async () => {
    await using stage = await openStage(target())
    const before = await stage.place()
    const { url } = await stage.gateway()
    const say = async (...args: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await run('psql', ['-XAt', url, ...args]).catch(
        (error: unknown) => error as { stdout: string; stderr: string },
      )
      return stdout + stderr
    }
    expect(await say('-c', 'select body from notes')).toBe('of alice\n')
    expect(
      await say(
        '-c',
        'begin',
        '-c',
        "insert into notes (body) values ('x') returning body",
        '-c',
        'rollback',
      ),
    ).toBe('BEGIN\nx\nINSERT 0 1\nROLLBACK\n')
    expect(await say('-1', '-c', "insert into drafts values ('kept')", '-c', 'table drafts')).toContain(
      'kept\n',
    )
    expect(await say('-c', '\\copy drafts to stdout')).toBe('kept\n')
    expect(await say('-c', '\\d notes')).toContain('user_id|uuid||not null|auth.uid()')
    expect(await say('-c', 'set role service_role')).toContain('permission denied to set role "service_role"')
    expect(
      await say(
        '-v',
        'ON_ERROR_ROLLBACK=on',
        '-c',
        'begin',
        '-c',
        'select 1/0',
        '-c',
        'select 7',
        '-c',
        'commit',
      ),
    ).toContain('7\nCOMMIT\n')
    expect(await stage.place()).toEqual(before)
  })

  test.skipIf(!python)(
    `SQLAlchemy over asyncpg${skipped(python, `python3 with ${MODULES.join(', ')}`)}`,
    async () => {
      const chidi = await databaseWith(server(), 'chidi', migrations())
      await using stage = await openStage(chidi)
      await fill(stage.connection)
      const before = await stage.place()
      const { url } = await stage.gateway(alice)
      const { stdout } = await run(python ?? '', [SCRIPT], {
        env: {
          PATH: process.env['PATH'],
          PYTHONDONTWRITEBYTECODE: '1',
          DATABASE_URL: url,
          ALICE,
          HER_CONTEXT,
          HIS_CONTEXT,
        },
      })
      expect(JSON.parse(stdout)).toEqual({
        hers: ['plans of alice'],
        created: 'a new one',
        'below his': '42501',
        nested: ['a new one', 'b kept', 'plans of alice'],
        'without claims': 3,
        asyncpg: {
          prepared: ['a new one', 'b kept', 'plans of alice'],
          cursor: 120,
          inner: 'rolled back',
          work_mem: '4MB',
          timeout: 'cancelled',
          drafts: Array.from({ length: 10 }, () => 4),
          'another role': '42501',
        },
      })
      expect(await stage.place()).toEqual(before)
    },
  )
}

function migrations(): string {
  return ['0001_create_tables', '0002_enable_row_level_security', '0003_application_role']
    .map((name) => readFileSync(`${BACKEND}/sql/${name}.sql`, 'utf8'))
    .join('\n')
}

async function fill(connection: Connection): Promise<void> {
  await connection.run(`
    create table public.drafts (body text);
    grant all on public.drafts to authenticated;
    insert into auth.users (id, email) values ('${ALICE}', 'alice@example.com'), ('${BOB}', 'bob@example.com');
    insert into public.user_contexts (id, user_id) values ('${HER_CONTEXT}', '${ALICE}'), ('${HIS_CONTEXT}', '${BOB}');
    insert into public.conversations (user_context_id, title) values
      ('${HER_CONTEXT}', 'plans of alice'), ('${HIS_CONTEXT}', 'plans of bob')`)
}
