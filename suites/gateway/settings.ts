import { expect, test } from 'vitest'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { q, RawClient, run, sync } from './raw-client.ts'
import { openStage } from './scene.ts'

/** A project whose functions set what its policies read, and that leaves checks to the end of transactions. */
export const TENANCY = `
  create function public.enter_tenant(name text) returns void language sql as
    $$ select set_config('app.tenant', name, true) $$;
  create function public.stay_in_tenant(name text) returns void language sql as
    $$ select set_config('app.home', name, false) $$;
  -- a namesake of a constraint that can be deferred
  create table public.plain (id int constraint checked check (id > 0));
  create table public.deals (
    id int primary key,
    tenant text not null,
    follows int references public.deals (id) deferrable initially deferred
  );
  alter table public.deals enable row level security;
  create policy tenant on public.deals using (tenant = current_setting('app.tenant', true));
  create function public.check_deal() returns trigger language plpgsql as
    $$ begin if current_user <> 'authenticated' then raise 'checked as %', current_user; end if; return null; end $$;
  create constraint trigger checked after insert on public.deals deferrable initially deferred
    for each row execute function public.check_deal();
`

const INSERT = (id: number, follows: number | null): string =>
  `insert into deals values (${id}, 'acme', ${follows ?? 'null'})`

export function describeSettings(target: () => ConnectionTarget): void {
  test('what a function sets for the transaction ends with it, though the test’s goes on', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    const tenant = q("select current_setting('app.tenant', true)")
    await client.say(q("begin; select enter_tenant('acme')"))
    expect(await client.say(tenant)).toContain('D acme')
    await stage.bodies()
    expect(await client.say(tenant)).toContain('D acme')
    await client.say(q('commit'))
    expect(await client.say(tenant)).toContain('D ')
    await client.say(...run("select enter_tenant('globex')"), sync)
    expect(await client.say(tenant)).toContain('D ')
    expect(await stage.connection.rows("select current_setting('app.tenant', true) as tenant")).toEqual([
      { tenant: '' },
    ])
  })

  test('what a function sets for the session stays with its client', async () => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway()
    await using client = await RawClient.open(gateway.target)
    await using other = await RawClient.open(gateway.target)
    const home = q("select current_setting('app.home', true)")
    await client.say(q("select stay_in_tenant('acme')"))
    expect(await client.say(home)).toContain('D acme')
    expect(await other.say(home)).toContain('D ')
    await client.say(q("begin; select stay_in_tenant('globex'); rollback"))
    expect(await client.say(home)).toContain('D acme')
  })

  test('what the test sets on its own line is neither the client’s nor lost', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    await stage.connection.run("select set_config('app.tenant', 'the test’s', true)")
    expect(await client.say(q("select current_setting('app.tenant', true)"))).toContain('D ')
    await client.say(q("select set_config('app.tenant', 'acme', false)"))
    expect(await client.say(q("select current_setting('app.tenant', true)"))).toContain('D acme')
    expect(await stage.connection.rows("select current_setting('app.tenant') as tenant")).toEqual([
      { tenant: 'the test’s' },
    ])
  })

  test('an application that says itself who asks is heard, until its transaction ends', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    const carol = '{"sub": "00000000-0000-4000-8000-00000000ca01", "role": "authenticated"}'
    await client.say(q('begin'))
    await client.say(...run("select set_config('request.jwt.claims', $1, true)", [carol]), sync)
    await client.say(q('set local role authenticated'))
    expect(await client.say(q('select body from notes'))).toContain('D of carol')
    await client.say(q('commit'))
    expect(await client.say(q('select body from notes'))).toContain('D of alice')
  })

  test('a check that was left to the end of a statement’s transaction is made', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    await client.say(q("select set_config('app.tenant', 'acme', false)"))
    for (const turn of [[q(INSERT(2, 1))], [...run(INSERT(2, 1)), sync]]) {
      const heard = await client.say(...turn)
      expect(heard.at(-2)).toContain('E ERROR 23503')
      expect(heard.at(-1)).toBe('Z I')
    }
    expect(await client.say(q('select count(*) from deals'))).toContain('D 0')
  })

  test('a check that was left to COMMIT is made there, as the actor, and undoes everything', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    await client.say(q("select set_config('app.tenant', 'acme', false)"))
    await client.say(q('begin'))
    expect(await client.say(q(INSERT(2, 1)))).toEqual(['C INSERT 0 1', 'Z T'])
    expect(await client.say(q(INSERT(1, null)))).toEqual(['C INSERT 0 1', 'Z T'])
    expect(await client.say(q('commit'))).toEqual(['C COMMIT', 'Z I'])
    await client.say(q('begin'))
    await client.say(q(INSERT(4, 3)))
    const heard = await client.say(q('commit'))
    expect(heard[0]).toContain('E ERROR 23503')
    expect(heard.at(-1)).toBe('Z I')
    expect(await client.say(q('select array_agg(id order by id) from deals'))).toContain('D {1,2}')
  })

  test('the test’s own checks stay deferred', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    await client.say(q('select 1'))
    await client.say(q('begin; select 1; commit'))
    await stage.connection.run(
      "alter table deals disable trigger checked; insert into deals values (8, 'acme', 7)",
    )
    await stage.connection.run("insert into deals values (7, 'acme', null)")
    expect(await client.say(q('select 1'))).toContain('D 1')
  })
}
