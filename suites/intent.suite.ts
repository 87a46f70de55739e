import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Report } from '../src/domain/report.ts'
import { check, judged } from './check.ts'

const made: string[] = []
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
})

/** A project of one migration and what it declares. */
async function declared(sql: string, config: object): Promise<Report> {
  const dir = mkdtempSync(join(tmpdir(), 'rls-intent-'))
  made.push(dir)
  mkdirSync(join(dir, 'migrations'))
  writeFileSync(join(dir, 'migrations/1_schema.sql'), sql)
  writeFileSync(join(dir, 'rls.config.json'), JSON.stringify(config))
  return check(dir)
}

const found = (report: Report): readonly string[] =>
  judged(report.findings).map(({ code, relation, command, actor }) =>
    [code, relation, command, actor].filter(Boolean).join(' '),
  )

const table = (name: string, columns: string): string =>
  `create table public.${name} (id uuid primary key default gen_random_uuid(), ${columns});
   alter table public.${name} enable row level security;`

const POSTS = table(
  'posts',
  `author uuid not null references auth.users, title text, status text not null check (status in ('draft', 'published'))`,
)
const READ = `create policy read on public.posts for select using (author = auth.uid() or status = 'published');`
const WRITE = `create policy write on public.posts for all using (author = auth.uid()) with check (author = auth.uid());`

describe('row conditions', () => {
  const expectation = {
    expect: { 'public.posts': { select: ['owner', { everyone: "status = 'published'" }] } },
  }

  test('open the rows that they name, and no others', async () => {
    expect(found(await declared(`${POSTS} ${READ} ${WRITE}`, expectation))).toStrictEqual([])
    const open = READ.replace(`or status = 'published'`, 'or true')
    expect(found(await declared(`${POSTS} ${open} ${WRITE}`, expectation))).toStrictEqual([
      'read-leak public.posts select anon',
      'read-leak public.posts select foreign',
    ])
  })

  test('for one command say nothing about the others', async () => {
    const moderated = `create policy moderate on public.posts for update using (status = 'published') with check (true);`
    const plain = { ...expectation, seed: { directed: false } }
    expect(found(await declared(`${POSTS} ${READ} ${WRITE} ${moderated}`, plain))).toStrictEqual([
      'update-leak public.posts update anon',
      'update-leak public.posts update foreign',
    ])
  })
})

const NOTES = table('notes', 'user_id uuid not null references auth.users, body text')
const OWN = `create policy own on public.notes for all using (user_id = auth.uid()) with check (user_id = auth.uid());`
const OPEN = `create policy open on public.notes for select using (true);`

describe('both ends are judged', () => {
  test('wider than declared is a leak, narrower is blocked, as declared is neither', async () => {
    const everyone = { expect: { 'public.notes': { select: 'everyone' } } }
    expect(found(await declared(`${NOTES} ${OWN} ${OPEN}`, everyone))).toStrictEqual([])
    expect(found(await declared(`${NOTES} ${OWN}`, everyone))).toStrictEqual([
      'read-overblock public.notes select anon',
      'read-overblock public.notes select foreign',
    ])
    const service = { expect: { 'public.notes': 'service' } }
    expect(found(await declared(`${NOTES} ${OWN}`, service))).toStrictEqual([
      'delete-leak public.notes delete own',
      'insert-leak public.notes insert own',
      'read-leak public.notes select own',
      'update-leak public.notes update own',
    ])
  })
})

describe('patterns', () => {
  test('stand for all relations that are like them, and what a name says goes before', async () => {
    const expectation = { 'public.*': { select: 'everyone' }, 'public.notes': { select: 'owner' } }
    const posts = `${POSTS} ${WRITE} create policy open on public.posts for select using (true);`
    const report = await declared(`${NOTES} ${OWN} ${OPEN} ${posts}`, { expect: expectation })
    expect(found(report)).toStrictEqual([
      'read-leak public.notes select anon',
      'read-leak public.notes select foreign',
    ])
  })

  test.each([
    [{ 'public.note': 'owner' }, 'expect["public.note"]: there is no relation public.note'],
    [{ 'public.nots*': 'owner' }, 'expect["public.nots*"]: there is no relation like it'],
    [{ 'public.get_*(*)': 'owner' }, 'expect["public.get_*(*)"]: there is no function like it'],
    [{ 'storage.objects/avat*': 'owner' }, 'expect["storage.objects/avat*"]: there is no bucket like it'],
    [
      { 'public.*': { owner: 'user' } },
      'expect["public.*"].owner: "user" is neither a column of public.notes',
    ],
    [
      { 'public.notes': { owner: 'userid' } },
      'expect["public.notes"].owner: "userid" is not a column of public.notes',
    ],
    [{ 'public.notes': { owner: 'body.user_id' } }, 'public.notes.body is part of no foreign key'],
    [{ 'public.notes': { owner: 'user_id.mail' } }, '"mail" is not a column of auth.users'],
    [
      { 'public.notes': { owner: 'md5(body)' } },
      '"md5(body)" is neither a column of public.notes nor a function',
    ],
    [{ 'public.notes': { select: { everyone: 'x' } } }, 'expect["public.notes"].select'],
    [
      { 'public.notes': { shared: true, owner: 'user_id' } },
      'rows that are shared have no owner and no tenant',
    ],
    [{ 'public.notes': { select: [{ everyone: 'nothing = 1' }] } }, 'the condition "nothing = 1" is refused'],
  ])('what matches nothing or cannot be followed is refused: %j', async (expectation, message) => {
    await expect(declared(`${NOTES} ${OWN}`, { expect: expectation })).rejects.toThrow(message)
  })

  test('a table may be called like a function, a bucket or a pattern', async () => {
    const names = ['f(x)', 'a/b', 'a*']
    const sql = names.map(
      (name) =>
        `create table public."${name}" (id int primary key, user_id uuid not null references auth.users);
         alter table public."${name}" enable row level security;
         create policy open on public."${name}" for select using (true);`,
    )
    const everyone = Object.fromEntries(names.map((name) => [`public.${name}`, { select: 'everyone' }]))
    expect(found(await declared(sql.join('\n'), { expect: everyone }))).toStrictEqual([])
  })

  test('the nearest name is told', async () => {
    const refused = declared(`${NOTES} ${OWN}`, {
      expect: { 'public.note*': 'owner', 'public.nots': 'owner' },
    })
    await expect(refused).rejects.toMatchObject({ hint: 'Did you mean "public.notes"?' })
  })
})

describe('owners', () => {
  const LINES = `
    ${table('orders', 'buyer text not null')}
    ${table('lines', 'order_id uuid not null references public.orders, what text')}
    create policy own on public.orders for all using (buyer = auth.uid()::text) with check (buyer = auth.uid()::text);`
  const SOUND = `create policy own on public.lines for all using (exists (select from public.orders o where o.id = order_id and o.buyer = auth.uid()::text));`

  test('are found along a path of foreign keys', async () => {
    const path = { expect: { 'public.lines': { owner: 'order_id.buyer' } } }
    expect(found(await declared(`${LINES} ${SOUND}`, path))).toStrictEqual([])
    const leaky = SOUND.replace(/using .*$/, 'using (what is not null);')
    expect(found(await declared(`${LINES} ${leaky}`, path))).toContain(
      'read-leak public.lines select foreign',
    )
  })

  const FILES = table('files', `path text not null unique, size int`)
  const FOLDER = `create policy own on public.files for all using (split_part(path, '/', 1) = auth.uid()::text) with check (split_part(path, '/', 1) = auth.uid()::text);`

  test('are found in a part of a column, and forged there', async () => {
    const part = { expect: { 'public.files': { owner: "split_part(path, '/', 1)" } } }
    expect(found(await declared(`${FILES} ${FOLDER}`, part))).toStrictEqual([])
    const forging = FOLDER.replace(/with check .*$/, 'with check (true);')
    expect(found(await declared(`${FILES} ${forging}`, part))).toStrictEqual([
      'insert-leak public.files insert anon',
      'insert-leak public.files insert foreign',
      'giveaway-leak public.files update foreign',
    ])
    const reading = `${FOLDER} create policy list on public.files for select using (path like '%/%');`
    expect(found(await declared(`${FILES} ${reading}`, part))).toStrictEqual([
      'read-leak public.files select anon',
      'read-leak public.files select foreign',
    ])
  })

  test('are found in a member of a document', async () => {
    const sql = `${table('events', 'data jsonb not null')}
      create policy own on public.events for all using (data -> 'by' ->> 'id' = auth.uid()::text) with check (data -> 'by' ->> 'id' = auth.uid()::text);`
    const member = { expect: { 'public.events': { owner: "data -> 'by' ->> 'id'" } } }
    expect(found(await declared(sql, member))).toStrictEqual([])
    expect(
      found(await declared(sql.replace(/using \(.*?\) with/, 'using (data is not null) with'), member)),
    ).toContain('read-leak public.events select foreign')
  })

  test('shared rows belong to nobody, whatever their columns are called', async () => {
    const sql = `${table('countries', 'user_id uuid, name text')} create policy read on public.countries for select using (true);`
    expect(found(await declared(sql, { expect: { 'public.countries': { shared: true } } }))).toStrictEqual([])
    const writable = `${sql} create policy write on public.countries for update using (true);`
    expect(found(await declared(writable, { expect: { 'public.countries': { shared: true } } }))).toContain(
      'update-leak public.countries update foreign',
    )
  })
})

test('a policy whose function got a namesake later stops nothing', async () => {
  const sql = `create function public.who() returns uuid language sql stable as $$ select auth.uid() $$;
    insert into storage.buckets (id, name) values ('papers', 'papers');
    create policy own on storage.objects for all to authenticated
      using (bucket_id = 'papers' and (storage.foldername(name))[1] = public.who()::text);
    create function public.who(tenant uuid default null) returns uuid language sql stable as $$ select auth.uid() $$;
    ${POSTS} ${WRITE}`
  const report = await declared(sql, {})
  expect(found(report)).toStrictEqual([])
  expect(report.relations.map(({ name }) => name)).toContain('storage.objects')
})

describe('what hangs on a declared owner', () => {
  test('rows below a row are its owner’s', async () => {
    const sql = `${table('orders', 'placed_by_ref uuid not null')} ${table('lines', 'order_id uuid not null references public.orders, what text')}
      create policy read on public.lines for select using (true);`
    expect(
      found(await declared(sql, { expect: { 'public.orders': { owner: 'placed_by_ref' } } })),
    ).toStrictEqual(['world-readable public.lines select anon', 'world-readable public.lines select foreign'])
  })

  test('another user whom the row names is a stranger, wherever users stand', async () => {
    const people = `create table public.users (id uuid primary key references auth.users, name text);
      alter table public.users enable row level security;`
    for (const [before, users] of [
      ['', 'auth.users'],
      [people, 'public.users'],
    ]) {
      const sql = `${before} ${table('mails', `sender_id uuid not null references ${users}, reader_id uuid not null references ${users}`)}
        create policy read on public.mails for select using (reader_id = auth.uid());`
      expect(
        found(await declared(sql, { expect: { 'public.mails': { owner: 'sender_id' } } })),
      ).toStrictEqual(['read-leak public.mails select foreign', 'read-overblock public.mails select own'])
    }
  })

  test('shared rows that name a user can be made', async () => {
    const sql = `${POSTS} create policy read on public.posts for select using (true);`
    const report = await declared(sql, { expect: { 'public.posts': { shared: true } } })
    expect(found(report)).toStrictEqual([])
    expect(report.coverage.untested).toStrictEqual([])
  })
})

describe('views', () => {
  const POSTS_FOR_ALL = `${POSTS} create policy read on public.posts for select using (true);`
  const everyone = { expect: { 'public.posts': { select: 'everyone' } } }

  test('show no more than is declared of every table behind them', async () => {
    const sql = `${POSTS_FOR_ALL} ${NOTES} ${OWN}
      create view public.pages as select p.title, (select string_agg(n.body, ',') from public.notes n where n.user_id = p.author) as notes from public.posts p;
      create view public.titles as select p.title, q.status from public.posts p join public.posts q on q.id = p.id;
      revoke insert, update, delete on public.pages from anon, authenticated;`
    expect(found(await declared(sql, everyone))).toStrictEqual([
      'read-leak public.pages select anon',
      'read-leak public.pages select foreign',
    ])
  })

  test('may show less than the table', async () => {
    const sql = `${POSTS_FOR_ALL} create view public.mine with (security_invoker) as select * from public.posts where author = auth.uid();`
    expect(found(await declared(sql, everyone))).toStrictEqual([])
  })

  test('have no owner of their own', async () => {
    const sql = `${NOTES} ${OWN} create view public.bodies as select id, body from public.notes;`
    for (const name of ['public.bodies', 'public.bod*'])
      await expect(declared(sql, { expect: { [name]: { owner: 'body' } } })).rejects.toThrow(
        `expect["${name}"].owner: whose the rows of a view are follows from the tables behind it`,
      )
  })
})

describe('functions and buckets', () => {
  const PROFILE = `create function public.profile_of(who uuid) returns setof public.notes language sql security definer set search_path = '' as 'select * from public.notes where user_id = who';`

  test('a function may show what it is declared to show, by its name or by a pattern', async () => {
    const sql = `${NOTES} ${OWN} ${PROFILE}`
    expect(found(await declared(sql, {}))).toStrictEqual([
      'function-read-leak public.profile_of(uuid) execute anon',
      'function-read-leak public.profile_of(uuid) execute foreign',
    ])
    for (const name of ['public.profile_of(uuid)', 'public.profile_*(*)']) {
      const report = await declared(sql, { expect: { [name]: 'everyone' } })
      expect(found(report)).toStrictEqual([])
      expect(report.functions[0]?.access).toStrictEqual({
        execute: 'everyone',
        reads: 'everyone',
        writes: 'nobody',
      })
    }
  })

  test('of a bucket a part may be open', async () => {
    const sql = `insert into storage.buckets (id, name) values ('docs', 'docs');
      create policy read on storage.objects for select using (bucket_id = 'docs' and ((storage.foldername(name))[1] = auth.uid()::text or name like '%/public-%'));
      create policy own on storage.objects for insert with check (bucket_id = 'docs' and (storage.foldername(name))[1] = auth.uid()::text);`
    const open = { 'storage.objects/docs': { select: ['owner', { everyone: "name like '%/public-%'" }] } }
    expect(found(await declared(sql, { expect: open }))).toStrictEqual([])
    expect(
      found(await declared(sql.replace('or name like', 'or true or name like'), { expect: open })),
    ).toContain('read-leak storage.objects select anon')
  })
})

describe('a condition that opens rows to be changed', () => {
  test('does not let anybody take them over', async () => {
    const expectation = {
      expect: {
        'public.posts': { select: 'everyone', update: ['owner', { authenticated: "status = 'draft'" }] },
      },
    }
    const open = `${POSTS} create policy read on public.posts for select using (true);
      create policy own on public.posts for insert with check (author = auth.uid());
      create policy gone on public.posts for delete using (author = auth.uid());`
    const edit = `create policy edit on public.posts for update to authenticated using (status = 'draft' or author = auth.uid())`
    const taking = await declared(`${open} ${edit} with check (author = auth.uid());`, expectation)
    expect(found(taking)).toContain('update-leak public.posts update foreign')
    const kept = `${edit}; create function public.keep() returns trigger language plpgsql as 'begin new.author := old.author; return new; end';
      create trigger keep before update on public.posts for each row execute function public.keep();`
    expect(found(await declared(`${open} ${kept}`, expectation))).toStrictEqual([])
  })

  test('is refused under insert', async () => {
    const expectation = { expect: { 'public.posts': { insert: [{ owner: "status = 'draft'" }] } } }
    await expect(declared(POSTS, expectation)).rejects.toThrow('expect["public.posts"]')
  })
})
