import { expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { lineOf, parseUserConfig } from './parse.ts'
import { defineConfig } from './schema.ts'

/** The error that this configuration causes, as a person reads it. */
function complaint(value: unknown, text?: string): { message: string; hint: string | undefined } {
  try {
    parseUserConfig(value, text === undefined ? undefined : { path: 'rls.config.ts', text })
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    expect(error.code).toBe('CONFIG_INVALID')
    return { message: error.message, hint: error.hint }
  }
  throw new Error('the configuration was accepted')
}

test('the configuration of the documentation is accepted and unchanged', () => {
  const config = defineConfig({
    database: { engine: 'embedded', version: 17 },
    migrations: [
      { tool: 'prisma', dir: 'app/prisma/migrations' },
      { sql: ['docs/database/RLS_POLICIES.sql'] },
    ],
    schemas: ['public', 'api', 'storage'],
    apiPrivileges: 'auto',
    identity: 'supabase',
    app: { role: 'postgres' },
    tenants: [{ relation: 'public.organizations' }],
    expect: {
      'public.profiles': { owner: 'user_id' },
      'public.posts': { select: ['owner', { everyone: "status = 'published'" }] },
      'public.webhook_events': 'service',
      'public.plans': { select: 'everyone', write: 'nobody' },
    },
    seed: { seed: 42, rows: 3, values: { 'public.users.phone': ({ faker }) => faker.phone.number() } },
    ignore: [
      {
        code: 'read-leak',
        relation: 'public.leaderboard',
        command: 'select',
        actor: 'anon',
        reason: 'Scores are public by decision 412',
        expires: '2027-01-31',
      },
    ],
    gate: { failOn: 'error' },
  })
  expect(parseUserConfig(config)).toEqual(config)
})

test('an undefined value is the same as none', () => {
  expect(parseUserConfig({ schemas: undefined, database: { version: undefined } })).toEqual({ database: {} })
})

test('a custom identity is a role and settings', () => {
  const identity = { role: 'app_user', settings: { 'app.user_id': '$user' } }
  expect(parseUserConfig({ identity })).toEqual({ identity })
})

test('an unknown key names the nearest one', () => {
  expect(complaint({ expect: { 'public.chats': { selct: 'owner' } } })).toEqual({
    message: 'expect["public.chats"].selct: unknown key',
    hint: 'Did you mean "select"?',
  })
  expect(complaint({ schema: ['public'] }).hint).toBe('Did you mean "schemas"?')
})

test('an unknown key that is like no other lists the known ones', () => {
  expect(complaint({ gate: { banana: 1 } }).hint).toBe('Known keys: failOn, strict.')
})

test('a word that is none of the expected ones lists them and names the nearest', () => {
  expect(complaint({ database: { engine: 'embeded' } })).toEqual({
    message: 'database.engine: "embeded" is not one of embedded, system, container, external',
    hint: 'Did you mean "embedded"?',
  })
  expect(complaint({ expect: { 'public.chats': 'ownr' } })).toEqual({
    message:
      'expect["public.chats"]: "ownr" is not one of nobody, owner, tenant, authenticated, everyone, service',
    hint: 'Did you mean "owner"?',
  })
  expect(complaint({ database: { version: 14 } }).message).toBe(
    'database.version: 14 is not one of 15, 16, 17, 18',
  )
})

test('a mistake inside of a list of audiences is found where it stands', () => {
  expect(complaint({ expect: { 'public.posts': { select: ['owner', { everyon: 'true' }] } } })).toEqual({
    message: 'expect["public.posts"].select[1].everyon: unknown key',
    hint: 'Did you mean "everyone"?',
  })
  expect(complaint({ expect: { 'public.posts': { select: ['onwer'] } } }).message).toBe(
    'expect["public.posts"].select[0]: "onwer" is not one of nobody, owner, tenant, authenticated, everyone',
  )
})

test('an expectation of the wrong type lists what is accepted', () => {
  expect(complaint({ expect: { 'public.chats': 3 } })).toEqual({
    message: 'expect["public.chats"]: got 3',
    hint: 'Expected nobody, owner, tenant, authenticated, everyone, service, an array, an object.',
  })
})

test('a source is a known tool, a list of files or a command', () => {
  expect(complaint({ migrations: [{ tool: 'prsma' }] })).toEqual({
    message:
      'migrations[0].tool: "prsma" is not one of supabase, drizzle, prisma, flyway, goose, golang-migrate, dbmate, node-pg-migrate, sqitch, sql',
    hint: 'Did you mean "prisma"?',
  })
  expect(complaint({ migrations: [{ tool: 'prisma', dirr: 'x' }] })).toEqual({
    message: 'migrations[0].dirr: unknown key',
    hint: 'Did you mean "dir"?',
  })
  expect(complaint({ migrations: [] }).message).toBe('migrations: must name at least one source')
  expect(complaint({ migrations: [{ command: 'x', mode: 'aply' }] })).toEqual({
    message: 'migrations[0].mode: "aply" is not one of apply, stdout-sql',
    hint: 'Did you mean "apply"?',
  })
  expect(complaint({ migrations: [{ command: ['x'], shell: true }] }).message).toContain(
    'a shell reads a text',
  )
})

test('an ignored finding needs a reason that says something', () => {
  const entry = { code: 'read-leak', reason: 'because' }
  expect(complaint({ ignore: [entry] }).message).toBe(
    'ignore[0].reason: must say in 10 characters or more why this finding is accepted',
  )
  expect(complaint({ ignore: [{ code: 'read-leak' }] }).message).toBe('ignore[0].reason: is required')
  expect(complaint({ ignore: [{ ...entry, reason: '            x' }] }).message).toContain('10 characters')
})

test('an ignored finding has a known code and a date that exists', () => {
  const reason = 'Scores are public by decision 412'
  expect(complaint({ ignore: [{ code: 'read-leek', reason }] }).hint).toBe('Did you mean "read-leak"?')
  expect(complaint({ ignore: [{ code: 'read-leak', reason, expires: '2027-02-30' }] }).message).toBe(
    'ignore[0].expires: must be a date like "2027-01-31"',
  )
})

test('numbers have bounds', () => {
  expect(complaint({ seed: { rows: 0 } }).message).toBe(
    'seed.rows: must be a whole number between 1 and 1000',
  )
  expect(complaint({ seed: { seed: '42' } }).message).toBe('seed.seed: expected a number, got "42"')
})

test('a seed value is a scalar or a function', () => {
  expect(complaint({ seed: { values: { 'public.users.tags': ['a'] } } }).message).toBe(
    'seed.values["public.users.tags"]: must be a string, a number, a boolean, null or a function of ({ faker, row })',
  )
})

test('a wrong database URL is named and never printed', () => {
  const { message } = complaint({ database: { url: 'mysql://root:hunter2@db/app' } })
  expect(message).toContain('database.url: must be a URL like postgres://')
  expect(message).not.toContain('hunter2')
})

test('what is no object at all is refused', () => {
  expect(complaint(5).message).toBe('the configuration: expected an object, got 5')
  expect(complaint([]).message).toBe('the configuration: expected an object, got an array')
})

test('all mistakes are reported at once, with file and line', () => {
  const text = "export default {\n  schemas: ['public'],\n  databse: {},\n  seed: { rows: 0 },\n}\n"
  expect(complaint({ schemas: ['public'], databse: {}, seed: { rows: 0 } }, text).message).toBe(
    '2 mistakes in the configuration\n' +
      '  rls.config.ts:4: seed.rows: must be a whole number between 1 and 1000\n' +
      '  rls.config.ts:3: databse: unknown key (Did you mean "database"?)',
  )
})

test('a key that is written twice has no line', () => {
  expect(lineOf('select', "a: { select: 'owner' },\nb: { select: 'x' }")).toBeUndefined()
  expect(lineOf('public.chats', 'expect: {\n  "public.chats": {}')).toBe(2)
  expect(lineOf('elect', 'select: 1')).toBeUndefined()
})
