import { expect, test } from 'vitest'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { q, RawClient, run, sync } from './raw-client.ts'
import { openStage } from './scene.ts'

/** Functions that a client finds in the database. */
export const WAYS_OUT = `
  create function public.become(name text) returns void language plpgsql as $$
  begin execute format('set local role %I', name); end $$;
  create function public.become_superuser() returns void language plpgsql as $$
  begin set local session authorization default; end $$;
  create procedure public.commit_now() language plpgsql as $$ begin commit; end $$;
`

/** What a client may try, and what it hears. */
const ATTEMPTS: Readonly<Record<string, string>> = {
  'set role postgres': '42501 permission denied to set role "postgres"',
  'set local role service_role': '42501 permission denied to set role "service_role"',
  "set session role 'service_role'": '42501 permission denied to set role "service_role"',
  'set role "Service_Role"': '42501 permission denied to set role "Service_Role"',
  '/* */ set -- \n role to service_role': '42501 permission denied to set role "service_role"',
  'set session authorization postgres': '42501 permission denied to set session authorization',
  'set local session authorization default': '42501 permission denied to set session authorization',
  "set session_authorization = 'supabase_admin'": '42501 permission denied to set session authorization',
  'reset session authorization': '42501 permission denied to set session authorization',
  "select set_config('role', 'service_role', true)": '42501 permission denied to set role "service_role"',
  "select pg_catalog.set_config('ROLE', 'service_role', false)":
    '42501 permission denied to set role "service_role"',
  "select U&\"set\\005fconfig\"('role', 'service_role', true)":
    '42501 permission denied to set role "service_role"',
  "with a as materialized (select set_config('role', 'service_role', true)) table a":
    '42501 permission denied to set role "service_role"',
  "select set_config('session_authorization', 'supabase_admin', true)":
    '42501 permission denied to set session authorization',
  "select set_config('ro' || 'le', 'service_role', true)": '42501 the statement left the session of alice',
  "select set_config('session_auth' || 'orization', 'supabase_admin', false)":
    '42501 the statement left the session of alice',
  "do 'begin set local session authorization default; end'":
    '42501 permission denied to set session authorization',
  "do $$ begin execute 'set session authori' || 'zation default'; end $$":
    '42501 the statement left the session of alice',
  "do $$ begin execute 'set role service_role'; end $$": '42501 the statement left the session of alice',
  "select become('service_role')": '42501 the statement left the session of alice',
  "select become('postgres')": '42501 permission denied to set role "postgres"',
  'select become_superuser()': '42501 the statement left the session of alice',
  'call commit_now()': '2D000 invalid transaction termination',
  'do $$ begin rollback; end $$': '2D000 invalid transaction termination',
  "prepare transaction 'x'": '55000 prepared transactions are disabled',
  "commit prepared 'x'": '55000 prepared transactions are disabled',
  'rollback to savepoint rls_gateway_1_1': '',
  'release savepoint rls_gateway_1_1': '',
  'set standard_conforming_strings = off': '0A000 the gateway reads standard conforming strings alone',
  "set client_encoding = 'SJIS'": '0A000 the gateway speaks UTF8 alone, not "sjis"',
  "set names 'latin1'": '0A000 the gateway speaks UTF8 alone, not "latin1"',
  'alter role authenticated superuser': '42501',
  "copy notes to program 'cat'": '42501',
  'table secrets': '42501 permission denied for table secrets',
}

/** Several statements in one message: what comes first must not open the door for the rest. */
const MESSAGES: readonly string[] = [
  'commit; set role service_role; table secrets',
  'commit; table secrets',
  'rollback; drop table notes',
  'begin; commit; table secrets',
  'commit; commit; rollback; rollback; table secrets',
  "set standard_conforming_strings = off; select '\\'; commit; --'",
  'copy secrets from stdin;\ncommit; table secrets',
  'select 1 \\; commit; table secrets',
  'end;;;;table secrets',
]

export function describeLeaving(target: () => ConnectionTarget): void {
  test.each(Object.entries(ATTEMPTS))('is not left by %s', async (sql, expected) => {
    await using stage = await openStage(target())
    const before = await stage.place()
    await using client = await RawClient.open((await stage.gateway()).target)
    for (const turn of [[q(sql)], [...run(sql), sync]]) {
      expect((await client.say(...turn)).join('\n')).toContain(
        expected === '' ? 'E ERROR' : `E ERROR ${expected}`,
      )
      await expectAlice(client)
      await client.say(q('begin'))
      const heard = await client.say(...turn)
      expect(heard.join('\n')).toContain(expected === '' ? 'E ERROR' : `E ERROR ${expected}`)
      expect(heard.at(-1)).toBe('Z E')
      await client.say(q('rollback'))
      await expectAlice(client)
      expect(await stage.place()).toEqual(before)
    }
  })

  test.each(MESSAGES)('is not left by the message %s', async (sql) => {
    await using stage = await openStage(target())
    const before = await stage.place()
    await using client = await RawClient.open((await stage.gateway()).target)
    for (const first of ['select 1', 'begin']) {
      await client.say(q(first))
      const heard = (await client.say(q(sql))).join('\n')
      expect(heard).toContain('E ERROR')
      expect(heard).not.toContain('swordfish')
      await client.say(q('rollback'))
      await expectAlice(client)
      expect(await stage.place()).toEqual(before)
    }
  })

  test('is not left by values that come as parameters', async () => {
    await using stage = await openStage(target())
    const before = await stage.place()
    await using client = await RawClient.open((await stage.gateway()).target)
    const sql = 'select set_config($1, $2, false)'
    for (const [name, value] of [
      ['role', 'service_role'],
      ['SESSION_AUTHORIZATION', 'supabase_admin'],
      ['client_encoding', 'SJIS'],
      ['standard_conforming_strings', 'off'],
    ] as const) {
      expect((await client.say(...run(sql, [name, value]), sync)).join('\n')).toMatch(/E ERROR (42501|0A000)/)
      await expectAlice(client)
    }
    expect(await stage.place()).toEqual(before)
  })

  test('reads what the server reads, whatever was set behind its back', async () => {
    await using stage = await openStage(target())
    const before = await stage.place()
    await using client = await RawClient.open((await stage.gateway()).target)
    await client.say(q("select set_config('standard_conforming' || '_strings', 'off', false)"))
    // with the setting on, as we read it, this is one string and one more; with it off, there is a COMMIT in it
    await client.say(q(String.raw`select '\' ; select ' ; commit ; table secrets --'`))
    await client.say(q("select set_config('client_enc' || 'oding', 'SJIS', false)"))
    await client.say(q(String.raw`select E'表' ; commit ; --'`))
    await expectAlice(client)
    expect(await stage.place()).toEqual(before)
  })

  test('may take its own role again, none, and the one it began with', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    await client.say(q('begin'))
    expect(await client.say(q('set local role authenticated'))).toEqual(['C SET', 'Z T'])
    await client.say(q('set role none'))
    expect(await client.say(q('select current_user'))).toContain('D authenticator')
    await client.say(q('commit'))
    expect(await client.say(q('select current_user'))).toContain('D authenticator')
    expect(await client.say(q('reset role'))).toEqual(['C RESET', 'Z I'])
    expect(await client.say(q('select current_user'))).toContain('D authenticated')
  })

  test('takes what DISCARD and RESET take from this client alone', async () => {
    await using stage = await openStage(target())
    await using one = await RawClient.open((await stage.gateway()).target)
    await using other = await RawClient.open((await stage.gateway()).target)
    await other.say(q('prepare mine as select 5'))
    await stage.connection.run("prepare tests as select 6; set local work_mem = '5MB'")
    for (const sql of ['reset all', 'deallocate all', 'discard all']) await one.say(q(sql))
    await expectAlice(one)
    expect(await other.say(q('execute mine'))).toContain('D 5')
    expect(await stage.connection.rows('execute tests')).toEqual([{ '?column?': 6 }])
    expect(await stage.connection.rows('show work_mem')).toEqual([{ work_mem: '5MB' }])
    await stage.connection.run('deallocate tests')
  })
}

/** Still alice, with her rows and no more. */
async function expectAlice(client: RawClient): Promise<void> {
  expect(
    await client.say(q('select session_user, current_user, auth.uid(), array(select body from notes)')),
  ).toEqual([
    'T',
    'D authenticator,authenticated,00000000-0000-4000-8000-00000000a11c,{"of alice"}',
    'C SELECT 1',
    'Z I',
  ])
  expect(await client.say(q('table secrets'))).toEqual([
    'E ERROR 42501 permission denied for table secrets',
    'Z I',
  ])
}
