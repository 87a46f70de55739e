// Ten hand-written tests on the schema of fixtures/guides, in three tools: the same titles, statements and expectations.

/** Ids that the two others seed the cast with; pgTAP's helpers choose their own. */
const PEOPLE = { alice: 'a', bob: 'b', carol: 'c', erin: 'e' }
const idOf = (letter) => `00000000-0000-4000-8000-00000000000${letter}`
const ACME = '00000000-0000-4000-8000-0000000000a0'
const GLOBEX = '00000000-0000-4000-8000-0000000000b0'

export const KINDS = [
  {
    title: 'notes are their owner’s',
    harness: `async ({ alice, carol, seed }) => {
  const note = await seed('public.notes', { owner: alice })
  await expect(alice).toSee('public.notes', { id: note.id })
  await expect(carol).not.toSee('public.notes', { id: note.id })
}`,
    supabaseTest: `async () => {
  const id = await seed('notes', { user_id: alice, body: 'of alice' })
  as(alice)
  expect((await db.query('select id from notes where id = $1', [id])).rows).toEqual([{ id }])
  as(carol)
  expect((await db.query('select id from notes where id = $1', [id])).rows).toEqual([])
}`,
    pgTap: (n) => `
insert into notes (id, user_id, body) values (${uuid(n)}, tests.get_supabase_uid('alice'), 'of alice');
select tests.authenticate_as('alice');
select isnt_empty($$ select id from notes where id = ${uuid(n)} $$, 'own');
select tests.authenticate_as('carol');
select is_empty($$ select id from notes where id = ${uuid(n)} $$, 'a stranger''s');`,
    assertions: 2,
  },
  {
    title: 'without a session notes are refused',
    harness: `async ({ anon }) => {
  await expect(anon).toBeDenied('select', 'public.notes')
}`,
    supabaseTest: `async () => {
  withoutSession()
  await expect(db.query('select * from notes')).rejects.toThrow(/permission denied for table notes/)
}`,
    pgTap: () => `
select tests.clear_authentication();
select throws_ok($$ select * from notes $$, '42501', 'permission denied for table notes', 'refused');`,
    assertions: 1,
  },
  {
    title: 'nobody writes in somebody else’s name',
    harness: `async ({ alice, carol }) => {
  await expect(alice).toInsert('public.notes', { user_id: alice, body: 'mine' })
  await expect(carol).toBeDenied('insert', 'public.notes', { user_id: alice, body: 'not mine' })
}`,
    supabaseTest: `async () => {
  const insert = \`insert into notes (user_id, body) values ('\${alice}', 'mine')\`
  as(alice)
  expect((await db.query(insert)).rowCount).toBe(1)
  as(carol)
  await expect(db.query(insert)).rejects.toThrow(/row-level security/)
}`,
    pgTap: () => `
select tests.authenticate_as('alice');
select lives_ok($$ insert into notes (user_id, body) values (tests.get_supabase_uid('alice'), 'mine') $$, 'own');
select tests.authenticate_as('carol');
select throws_ok($$ insert into notes (user_id, body) values (tests.get_supabase_uid('alice'), 'mine') $$,
  '42501', 'new row violates row-level security policy for table "notes"', 'forged');`,
    assertions: 2,
  },
  {
    title: 'an update of somebody else’s note changes nothing',
    harness: `async ({ alice, carol, seed }) => {
  await seed('public.notes', { owner: alice })
  await expect(carol).toBeFiltered('update', 'public.notes', {}, { body: 'changed' })
}`,
    supabaseTest: `async () => {
  await seed('notes', { user_id: alice, body: 'of alice' })
  as(carol)
  expect((await db.query("update notes set body = 'changed'")).rowCount).toBe(0)
}`,
    pgTap: () => `
insert into notes (user_id, body) values (tests.get_supabase_uid('alice'), 'of alice');
select tests.authenticate_as('carol');
update notes set body = 'changed';
set local role postgres;
select is_empty($$ select body from notes where body = 'changed' $$, 'nothing changed');`,
    assertions: 1,
  },
  {
    title: 'notes are deleted by their owner',
    harness: `async ({ alice, carol, seed }) => {
  const note = await seed('public.notes', { owner: alice })
  await expect(carol).toBeFiltered('delete', 'public.notes', { id: note.id })
  await expect(alice).toAffect('delete', 'public.notes', { id: note.id })
}`,
    supabaseTest: `async () => {
  const id = await seed('notes', { user_id: alice, body: 'of alice' })
  as(carol)
  expect((await db.query('delete from notes where id = $1', [id])).rowCount).toBe(0)
  as(alice)
  expect((await db.query('delete from notes where id = $1', [id])).rowCount).toBe(1)
}`,
    pgTap: (n) => `
insert into notes (id, user_id, body) values (${uuid(n)}, tests.get_supabase_uid('alice'), 'of alice');
select tests.authenticate_as('carol');
select is_empty($$ delete from notes where id = ${uuid(n)} returning id $$, 'a stranger''s');
select tests.authenticate_as('alice');
select isnt_empty($$ delete from notes where id = ${uuid(n)} returning id $$, 'own');`,
    assertions: 2,
  },
  {
    title: 'a user does not change her plan',
    harness: `async ({ alice, seed }) => {
  await seed('public.profiles', { id: alice })
  await expect(alice).toBeDenied('update', 'public.profiles', { id: alice }, { plan: 'pro' })
}`,
    supabaseTest: `async () => {
  await seed('profiles', { id: alice, display_name: 'Alice' })
  as(alice)
  const upgrade = db.query(\`update profiles set plan = 'pro' where id = '\${alice}'\`)
  await expect(upgrade).rejects.toThrow(/permission denied for table profiles/)
}`,
    pgTap: () => `
insert into profiles (id, display_name) values (tests.get_supabase_uid('alice'), 'Alice') on conflict do nothing;
select tests.authenticate_as('alice');
select throws_ok($$ update profiles set plan = 'pro' where id = tests.get_supabase_uid('alice') $$,
  '42501', 'permission denied for table profiles', 'the plan');`,
    assertions: 1,
  },
  {
    title: 'members read documents, strangers do not',
    harness: `async ({ bob, carol, acme, seed }) => {
  const document = await seed('public.documents', { tenant: acme })
  await expect(bob).toSee('public.documents', { id: document.id })
  await expect(carol).not.toSee('public.documents', { id: document.id })
}`,
    supabaseTest: `async () => {
  const id = await seed('documents', { workspace_id: acme, author_id: alice, title: 'plain' })
  as(bob)
  expect((await db.query('select id from documents where id = $1', [id])).rows).toEqual([{ id }])
  as(carol)
  expect((await db.query('select id from documents where id = $1', [id])).rows).toEqual([])
}`,
    pgTap: (n) => `
insert into documents (id, workspace_id, title) values (${uuid(n)}, '${ACME}', 'plain');
select tests.authenticate_as('bob');
select isnt_empty($$ select id from documents where id = ${uuid(n)} $$, 'a member''s');
select tests.authenticate_as('carol');
select is_empty($$ select id from documents where id = ${uuid(n)} $$, 'a stranger''s');`,
    assertions: 2,
  },
  {
    title: 'editors write documents, viewers do not',
    harness: `async ({ actor, bob, acme }) => {
  const erin = actor('acme-editor')
  await expect(erin).toInsert('public.documents', { workspace_id: acme, author_id: erin })
  await expect(bob).toBeDenied('insert', 'public.documents', { workspace_id: acme, author_id: bob })
}`,
    supabaseTest: `async () => {
  const insert = \`insert into documents (workspace_id, title) values ('\${acme}', 'new')\`
  as(erin)
  expect((await db.query(insert)).rowCount).toBe(1)
  as(bob)
  await expect(db.query(insert)).rejects.toThrow(/row-level security/)
}`,
    pgTap: () => `
select tests.authenticate_as('erin');
select lives_ok($$ insert into documents (workspace_id, title) values ('${ACME}', 'new') $$, 'editor');
select tests.authenticate_as('bob');
select throws_ok($$ insert into documents (workspace_id, title) values ('${ACME}', 'new') $$,
  '42501', 'new row violates row-level security policy for table "documents"', 'viewer');`,
    assertions: 2,
  },
  {
    title: 'deleting a document takes a second factor',
    harness: `async ({ alice, as, acme, seed }) => {
  const document = await seed('public.documents', { tenant: acme })
  await expect(as(alice, { aal: 'aal1' })).toBeFiltered('delete', 'public.documents', { id: document.id })
  await expect(as(alice, { aal: 'aal2' })).toAffect('delete', 'public.documents', { id: document.id })
}`,
    supabaseTest: `async () => {
  const id = await seed('documents', { workspace_id: acme, author_id: alice, title: 'plain' })
  as(alice, { aal: 'aal1' })
  expect((await db.query('delete from documents where id = $1', [id])).rowCount).toBe(0)
  as(alice, { aal: 'aal2' })
  expect((await db.query('delete from documents where id = $1', [id])).rowCount).toBe(1)
}`,
    pgTap: (n) => `
insert into documents (id, workspace_id, title) values (${uuid(n)}, '${ACME}', 'plain');
select tests.authenticate_as('alice');
select set_config('request.jwt.claims', (current_setting('request.jwt.claims')::jsonb || '{"aal": "aal1"}')::text, true);
select is_empty($$ delete from documents where id = ${uuid(n)} returning id $$, 'one');
select set_config('request.jwt.claims', (current_setting('request.jwt.claims')::jsonb || '{"aal": "aal2"}')::text, true);
select isnt_empty($$ delete from documents where id = ${uuid(n)} returning id $$, 'two');`,
    assertions: 2,
  },
  {
    title: 'members count documents, strangers do not',
    harness: `async ({ bob, carol, acme }) => {
  await expect(bob).toExecute('public.count_documents', [acme])
  await expect(carol).not.toExecute('public.count_documents', [acme], { by: 'code', control: bob })
}`,
    supabaseTest: `async () => {
  as(bob)
  expect((await db.query(\`select count_documents('\${acme}')\`)).rows).toHaveLength(1)
  as(carol)
  await expect(db.query(\`select count_documents('\${acme}')\`)).rejects.toThrow(/not a member/)
}`,
    pgTap: () => `
select tests.authenticate_as('bob');
select lives_ok($$ select count_documents('${ACME}') $$, 'a member');
select tests.authenticate_as('carol');
select throws_ok($$ select count_documents('${ACME}') $$, 'P0001', 'not a member of this workspace', 'a stranger');`,
    assertions: 2,
  },
]

const uuid = (n) => `'00000000-0000-4000-9000-${String(n).padStart(12, '0')}'`

const kindOf = (n) => KINDS[n % KINDS.length]
const numbers = (count) => Array.from({ length: count }, (_, n) => n)

/** A test file with so many tests, for Vitest with rls-harness. */
export const harnessFile = (count) =>
  [
    `import { expect, test } from 'rls-harness/vitest'`,
    ...numbers(count).map((n) => `test('${kindOf(n).title} (${n})', ${kindOf(n).harness})`),
    '',
  ].join('\n\n')

/** The same for Vitest with supabase-test. */
export const supabaseTestFile = (count) =>
  [
    SUPABASE_TEST_HEAD,
    ...numbers(count).map((n) => `test('${kindOf(n).title} (${n})', ${kindOf(n).supabaseTest})`),
    '',
  ].join('\n\n')

const SUPABASE_TEST_HEAD = `
import { getConnections } from 'supabase-test'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

${Object.entries(PEOPLE)
  .map(([name, letter]) => `const ${name} = '${idOf(letter)}'`)
  .join('\n')}
const acme = '${ACME}'
let db, teardown
beforeAll(async () => {
  const connections = await getConnections({ db: { template: process.env.TEMPLATE_DATABASE } }, [])
  ;({ db, teardown } = connections)
  await connections.pg.query(\`${castSql(Object.fromEntries(Object.entries(PEOPLE).map(([name, letter]) => [name, `'${idOf(letter)}'`])))}\`)
})
afterAll(() => teardown())
beforeEach(() => db.beforeEach())
afterEach(() => db.afterEach())
const as = (sub, claims = {}) =>
  db.setContext({ role: 'authenticated', 'request.jwt.claims': JSON.stringify({ sub, role: 'authenticated', ...claims }) })
const withoutSession = () => db.setContext({ role: 'anon', 'request.jwt.claims': '{"role": "anon"}' })
async function seed(table, row) {
  db.setContext({ role: 'service_role', 'request.jwt.claims': '{"role": "service_role"}' })
  const names = Object.keys(row)
  const places = names.map((_, index) => '$' + (index + 1))
  const sql = \`insert into \${table} (\${names.join(', ')}) values (\${places.join(', ')}) returning *\`
  return (await db.query(sql, Object.values(row))).rows[0].id
}`

function castSql(ids) {
  const users = Object.entries(PEOPLE).map(([name]) => `(${ids[name]}, '${name}@example.com')`)
  return `insert into auth.users (id, email) values ${users.join(', ')};
    ${tenantsSql(ids)}`
}

function tenantsSql(ids) {
  return `insert into workspaces (id, name) values ('${ACME}', 'acme'), ('${GLOBEX}', 'globex');
    insert into members (workspace_id, user_id, role) values ('${ACME}', ${ids.alice}, 'owner'),
      ('${ACME}', ${ids.erin}, 'editor'), ('${ACME}', ${ids.bob}, 'viewer'), ('${GLOBEX}', ${ids.carol}, 'owner');`
}

/** The same for pgTAP: one transaction, in which everything stays that was done before. */
export function pgTapFile(count) {
  const ids = Object.fromEntries(
    Object.keys(PEOPLE).map((name) => [name, `tests.get_supabase_uid('${name}')`]),
  )
  const planned = numbers(count).reduce((sum, n) => sum + kindOf(n).assertions, 0)
  return [
    `begin;\nselect plan(${planned});`,
    ...Object.keys(PEOPLE).map((name) => `select tests.create_supabase_user('${name}');`),
    tenantsSql(ids),
    ...numbers(count).map((n) => `set local role postgres;${kindOf(n).pgTap(n)}`),
    'select * from finish();\nrollback;\n',
  ].join('\n')
}
