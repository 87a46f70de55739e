import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { resolveConfig } from '../src/config/resolve.ts'
import { Connection } from '../src/database/connection.ts'
import type { Config } from '../src/domain/config.ts'
import type { ConnectionTarget, Server } from '../src/domain/server.ts'
import { installBlame } from '../src/migrations/blame.ts'
import type { BlameRecord } from '../src/migrations/blame.ts'
import { findSources } from '../src/migrations/find.ts'
import { grantsOf } from '../src/migrations/grants.ts'
import { readDefinitions } from '../src/migrations/read-definitions.ts'
import { prepare } from '../src/prepare.ts'
import { run } from '../src/run.ts'
import { loadParser } from '../src/sql/parse.ts'
import { startEmbedded } from './scene.ts'

/*
 * Where the migrations define what: as the server records it, and as their text says where nobody may record.
 */
const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url))
const context = () => ({
  environment: process.env,
  signal: new AbortController().signal,
  progress: () => undefined,
  onProgress: () => undefined,
  today: '2026-01-15',
})

const isProject = (dir: string): boolean => existsSync(`${dir}/rls.config.ts`)
const projects = readdirSync(`${FIXTURES}apps`)
  .map((name) => `apps/${name}`)
  .filter((name) => isProject(FIXTURES + name))
  .flatMap((name) => [
    name,
    ...readdirSync(FIXTURES + name)
      .map((variant) => `${name}/${variant}`)
      .filter((variant) => isProject(FIXTURES + variant)),
  ])

/** What the text says and the server does not: a block asks whether there is such a table, and there is none. */
const CONDITIONAL = ['table public._prisma_migrations']

beforeAll(loadParser)

test.each(projects)('%s: the text of the migrations says what the server records', async (name) => {
  const config = await loadConfig({ cwd: FIXTURES + name, environment: {}, flags: {} })
  await using prepared = await prepare(config, context())
  const read = readFrom(config)
  const [recorded, parsed] = [placesIn(prepared.definitions), placesIn(read)]
  expect(recorded.size).toBeGreaterThan(5)
  expect([...parsed.keys()].filter((key) => !recorded.has(key) && !CONDITIONAL.includes(key))).toEqual([])
  expect(Object.fromEntries([...recorded].map(([key]) => [key, parsed.get(key)]))).toEqual(
    Object.fromEntries(recorded),
  )
  const plain = (records: readonly BlameRecord[]) =>
    grantsOf(records).map(({ number: _number, ...said }) => said)
  expect(plain(read)).toEqual(plain(prepared.definitions))
})

test('what a loop in a block makes is recorded by the server and not read from the text', async () => {
  const sql = `create table public.t (a int);
do $$ declare n text; begin
  foreach n in array array['b', 'c'] loop
    execute format('create policy %I on public.t using (true)', n);
  end loop;
  create policy d on public.t using (true);
  execute 'create policy e on public.t using (true)';
end $$;
create policy if_not on public.t using (false);`
  expect([...placesIn(readText(sql))]).toEqual([
    ['table public.t', 'm.sql:1'],
    ['policy d on public.t', 'm.sql:2'],
    ['policy e on public.t', 'm.sql:2'],
    ['policy if_not on public.t', 'm.sql:9'],
  ])
})

test('names without a schema are looked for along the search_path, what is new is made in its first schema', () => {
  const sql = `create schema app;
set search_path = app, public;
create type mood as enum ('a');
create table notes (id bigserial, m mood);
create function f(a int, b mood[], out c text) returns text language sql as 'select 1';
alter table public.other enable row level security;
select pg_catalog.set_config('search_path', '', false);
create view app.v as select 1;
alter function app.f(integer, app.mood[]) set search_path = '';
alter table app.notes rename to memos;
comment on policy p on app.memos is 'x';`
  expect([...placesIn(readText(sql))]).toEqual([
    ['sequence app.notes_id_seq', 'm.sql:4'],
    ['table app.notes', 'm.sql:4'],
    ['function app.f(integer,app.mood[])', 'm.sql:9'],
    ['table public.other', 'm.sql:6'],
    ['view app.v', 'm.sql:8'],
    ['table app.memos', 'm.sql:10'],
    ['policy p on app.memos', 'm.sql:11'],
  ])
})

describe('a server on which nothing is recorded', () => {
  let server: Server
  const admin = (): ConnectionTarget => server.target

  beforeAll(async () => {
    server = await startEmbedded()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  test('a role that is no superuser is told apart from a failure', async () => {
    await using connection = await Connection.open(admin())
    await connection.run(
      'create role plain login nosuperuser; grant create on database postgres to plain; set session authorization plain',
    )
    expect(await installBlame(connection)).toBe(false)
    await connection.run(
      'reset session authorization; revoke create on database postgres from plain; drop role plain',
    )
  })

  test('findings name file and line there, too: event triggers are switched off', async () => {
    {
      await using connection = await Connection.open(admin())
      await connection.run('alter system set event_triggers = off')
      await connection.run('select pg_reload_conf()')
    }
    const { host, port, user } = admin()
    const url = `postgresql:///postgres?host=${encodeURIComponent(host)}&port=${port}&user=${user}`
    const report = await run(configOf({ engine: 'external', url }), context())
    expect(report.run.engine.kind).toBe('external')
    const [leak] = report.findings
    expect(leak).toMatchObject({ code: 'read-leak', relation: 'public.lab_results' })
    expect(leak?.blame[0]).toMatchObject({ file: 'broken.sql', line: expect.any(Number) as number })
  })
})

function configOf(database: object): Config {
  return resolveConfig({
    projectDir: `${FIXTURES}findings/read-leak`,
    user: { database },
    environment: {},
    flags: {},
    sources: [{ sql: ['broken.sql'] }],
    sourcesFrom: 'suites/definitions.suite.ts',
  })
}

const readFrom = ({ projectDir, sources }: Config): readonly BlameRecord[] =>
  readDefinitions(findSources(projectDir, sources), { projectDir, database: 'postgres' })

const readText = (text: string): readonly BlameRecord[] =>
  readDefinitions(
    [
      {
        tool: 'sql',
        files: [{ path: 'm.sql', text, sha256: '', transaction: 'auto', role: 'migration' }],
        notes: [],
      },
    ],
    { projectDir: '/', database: 'postgres' },
  )

const BLAMED: ReadonlySet<string> = new Set(
  'table,view,materialized view,policy,function,procedure,sequence'.split(','),
)

/** The place of each object's last definition, the types of arguments spelled alike. */
function placesIn(records: readonly BlameRecord[]): ReadonlyMap<string, string> {
  return new Map(
    records.flatMap(({ objectType, identity, file, line }) =>
      identity === null || !BLAMED.has(objectType)
        ? []
        : [
            [
              `${objectType} ${identity.replaceAll('"', '').replaceAll('pg_catalog.', '')}`,
              `${file}:${line}`,
            ] as const,
          ],
    ),
  )
}
