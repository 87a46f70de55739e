import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { Connection } from '../src/database/connection.ts'
import { cloneDatabase, copyDatabase, dropDatabase } from '../src/database/scratch.ts'
import type { ConnectionTarget } from '../src/domain/server.ts'
import { prepare } from '../src/prepare.ts'

const dir = mkdtempSync(join(tmpdir(), 'rls-copies-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** What holds for every session of a database beside what is in it. */
async function surroundings(target: ConnectionTarget): Promise<unknown> {
  await using connection = await Connection.open(target)
  const settings = await connection.rows(
    `select coalesce(r.rolname, '') as role, s.setconfig as settings from pg_db_role_setting s
     join pg_database d on d.oid = s.setdatabase and d.datname = current_database()
     left join pg_roles r on r.oid = s.setrole order by 1`,
  )
  const session = await connection.rows(
    `select current_setting('search_path') as path, current_setting('app.mode', true) as mode,
       (select datacl::text from pg_database where datname = current_database()) as privileges`,
  )
  return { settings, session }
}

test('sessions in a copy of a database begin as those in the original', async () => {
  mkdirSync(join(dir, 'migrations'))
  writeFileSync(
    join(dir, 'migrations/1.sql'),
    `create table public.notes (id int primary key);
     alter database postgres set app.mode = 'strict';
     alter role authenticated in database postgres set statement_timeout = '8s';
     revoke temporary on database postgres from public;`,
  )
  const config = await loadConfig({ cwd: dir, environment: {}, flags: {} })
  const { signal } = new AbortController()
  await using prepared = await prepare(config, { environment: process.env, signal, onProgress: () => {} })
  const original = await surroundings(prepared.target)
  expect(original).toMatchObject({ session: [{ path: '"$user", public, extensions', mode: 'strict' }] })
  {
    await using clones = await cloneDatabase(prepared.target, 1, false)
    for (const target of clones.targets) expect(await surroundings(target)).toStrictEqual(original)
  }
  const copy = await copyDatabase(prepared.target, 'worker')
  const again = await copyDatabase(copy, 'again')
  expect(await surroundings(again)).toStrictEqual(original)
  await dropDatabase(copy)
  await dropDatabase(again)
})
