import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { loadConfig } from '../src/config/load.ts'
import { Connection } from '../src/database/connection.ts'
import { prepare } from '../src/prepare.ts'
import type { RunContext } from '../src/run.ts'
import { declareTypes } from '../src/types.ts'
import { complaints } from './types/compile.ts'
import { UNASKED } from '../src/cli/sample-host.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const context: RunContext = {
  environment: process.env,
  signal: new AbortController().signal,
  progress: () => {},
  today: '2026-01-15',
}

const configOf = (dir: string) => loadConfig({ cwd: dir, environment: {}, flags: {} })

const generate = async (dir: string): Promise<string> => declareTypes(await configOf(dir), context)

const dir = mkdtempSync(join(tmpdir(), 'rls-types-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe.each(['movie-chat', 'journal', 'org-saas', 'chidi'])('the application %s', (app) => {
  test('has types that compile, and the same ones each time', async () => {
    const project = join(root, 'fixtures/apps', app)
    const text = await generate(project)
    expect(await generate(project)).toBe(text)
    expect(complaints(join(dir, app), text, [])).toEqual([])
  })
})

describe('a test that uses the types of an application', () => {
  test('compiles where its names and values are right, and only there', async () => {
    const text = await generate(join(root, 'fixtures/apps/org-saas'))
    const right = [
      `seed('public.projects', { status: 'ON_HOLD' }).status satisfies 'ACTIVE' | 'COMPLETED' | 'ON_HOLD' | 'PLANNED'`,
      `seed('public.projects', {}).customer_id satisfies string | null`,
      `insert('public.organizations', { name: 'Acme', slug: 'acme' })`,
      `insert('public.organizations', { name: 'Acme', slug: 'acme', created_at: new Date() })`,
      `where('public.projects', { customer_id: null, created_at: '2026-01-15' })`,
      `where('storage.objects', { path_tokens: '{a,b}', bucket_id: 'files' })`,
      `columns('auth.users', ['id', 'email'])`,
      `as('authenticated')`,
      `call('auth.uid()', {}) satisfies string | null`,
      `call('storage.foldername(text)', { name: 'a/b' })`,
      `defineConfig({ expect: { 'public.projects': { select: ['tenant', { everyone: 'true' }], write: 'owner', owner: 'id' } } })`,
      `defineConfig({ expect: { 'public.*': 'service', 'storage.objects/files': 'owner', 'auth.uid()': 'everyone' } })`,
      `defineConfig({ expect: { 'public.projects': { owner: "split_part(name, '/', 1)", shared: true } } })`,
      `defineConfig({ tenants: [{ relation: 'public.organizations' }], ignore: [{ code: 'read-leak', actor: 'anon', command: 'select', reason: 'said so in spring' }] })`,
    ]
    const wrong = [
      `defineConfig({ expect: { 'public.project': 'owner' } })`,
      `defineConfig({ expect: { 'public.projects': 'owners' } })`,
      `defineConfig({ expect: { 'public.projects': { selct: 'owner' } } })`,
      `defineConfig({ expect: { 'auth.uid': 'everyone' } })`,
      `defineConfig({ expect: { 'auth.uid()': { select: 'everyone' } } })`,
      `defineConfig({ tenants: [{ relation: 'public.organisations' }] })`,
      `defineConfig({ ignore: [{ code: 'read-leaks', reason: 'said so in spring' }] })`,
      `seed('public.project', {})`,
      `seed('public.projects', { state: 'ACTIVE' })`,
      `seed('public.projects', { status: 'active' })`,
      `seed('public.projects', {}).customer_id satisfies string`,
      `insert('public.organizations', { name: 'Acme' })`,
      `where('public.projects', { name: 5 })`,
      `where('public.projects', { nmae: 'x' })`,
      `columns('auth.users', ['mail'])`,
      `as('authenticate')`,
      `call('auth.uid', {})`,
      `call('storage.foldername(text)', {})`,
    ]
    const lines = [...right, ...wrong]
    expect(complaints(join(dir, 'usage'), text, lines)).toEqual(wrong)
  })

  test('may use any name where no file was generated', () => {
    const lines = [
      `seed('public.anything', { a: 1, b: [null] })['c'] satisfies unknown`,
      `columns('x', ['y'])`,
      `where('x', { y: 1 })`,
      `insert('x', { y: 1 })`,
      `as('z')`,
      `call('f()', { a: 1 }) satisfies unknown`,
      `defineConfig({ expect: { 'any.name': { select: 'owner', owner: 'x' }, 'any.f()': 'everyone' }, tenants: [{ relation: 'a.b' }] })`,
    ]
    expect(complaints(join(dir, 'fallback'), null, lines)).toEqual([])
    expect(complaints(join(dir, 'fallback-wrong'), null, ['as(5)'])).toEqual(['as(5)'])
  })
})

const ODD = readFileSync(new URL('./types/odd-names.sql', import.meta.url), 'utf8')

describe('a schema of odd names and all sorts of types', () => {
  let text = ''
  let project = ''

  beforeAll(async () => {
    project = join(dir, 'odd')
    mkdirSync(join(project, 'sql'), { recursive: true })
    writeFileSync(join(project, 'sql/1.sql'), ODD)
    text = await generate(project)
  })

  /** The declared types of a part of a relation, by column. */
  function partOf(relation: string, part: 'row' | 'insert'): Readonly<Record<string, string>> {
    const from = text.slice(text.indexOf(relation))
    const [, lines = ''] = new RegExp(`${part}: \\{\n(.*?)\n      \\}`, 's').exec(from) ?? []
    return Object.fromEntries(
      lines.split('\n').map((line) => {
        const [, name = '', type = ''] = /^\s*('(?:[^'\\]|\\.)*'|\w+)\??: (.*)$/.exec(line) ?? []
        return [name.replace(/^'|'$/g, '').replaceAll("\\'", "'"), type]
      }),
    )
  }

  test('is declared as it is', () => {
    expect(complaints(join(dir, 'odd-names'), text, [])).toEqual([])
    expect(partOf(`'public.Odd "names" it\\'s'`, 'row')).toEqual({
      '1st column': 'string',
      at: 'string',
      big: 'number | string',
      bytes: 'string',
      day: 'string',
      document: 'unknown',
      exact: 'string',
      flag: 'boolean',
      free: 'string | null',
      ids: 'string',
      kind: "'none' | 'some'",
      loose: 'string',
      medium: 'number | string',
      mood: String.raw`'it\'s fine' | 'sad' | 'so "so"'`,
      moods: 'string',
      number: 'number',
      pair: 'string',
      "per'iod": String.raw`'day' | 'we\'ek' | null`,
      plain: 'unknown',
      primary: 'number | string',
      rough: 'string',
      short: 'string',
      span: 'string',
      tiny: 'number',
      twice: 'number | null',
    })
  })

  test('demands of an insert what the table demands, and no more', () => {
    const lines = [
      `insert('public.Odd "names" it\\'s', { '1st column': 'x', loose: 'a', short: 'abc', mood: 'sad' })`,
      `insert('public.Odd "names" it\\'s', { '1st column': 'x', loose: 'a', short: 'abc', mood: 'sad', moods: ['sad'], ids: [], big: '9007199254740993', pair: '(1,x)' })`,
      `insert('public.seen', { first: 'x' })`,
      `call('public.Get odd(bigint,integer)', { wanted: 1 }).mood satisfies 'it\\'s fine' | 'sad' | 'so "so"'`,
    ]
    const wrong = [
      `insert('public.Odd "names" it\\'s', { '1st column': 'x', loose: 'a', short: 'abc' })`,
      `seed('public.Odd "names" it\\'s', { twice: 4 })`,
      `seed('public.Odd "names" it\\'s', { moods: ['glad'] })`,
      `seed('public.Odd "names" it\\'s', { kind: 'other' })`,
      `insert('public.counted', { number: 1 })`,
    ]
    const all = [...lines, ...wrong]
    expect(complaints(join(dir, 'odd-usage'), text, all)).toEqual(wrong)
  })

  test('has rows whose values are of the types that were declared', async () => {
    await using prepared = await prepare(await configOf(project), { ...context, onProgress: () => {} })
    await using connection = await Connection.open(prepared.target)
    const [row = {}] = await connection.rows(`select * from public."Odd ""names"" it's"`)
    const declared = partOf(`'public.Odd "names" it\\'s'`, 'row')
    expect(Object.keys(row).sort()).toEqual(Object.keys(declared).sort())
    for (const [name, value] of Object.entries(row)) {
      const types = (declared[name] ?? '').split(' | ')
      const fits =
        types.includes('unknown') ||
        types.includes(value === null ? 'null' : typeof value) ||
        types.includes(`'${String(value)}'`)
      expect(fits, `${name}: ${declared[name]}, but ${JSON.stringify(value)}`).toBe(true)
    }
    expect(row).toMatchObject({
      big: '9007199254740993',
      medium: 5,
      exact: '1.50',
      ids: '{}',
      document: { a: [1] },
    })
  })
})

describe('the command', () => {
  async function types(cwd: string, ...argv: readonly string[]) {
    const said = { stdout: '', stderr: '' }
    const code = await main(['types', ...argv], '1.2.3', {
      stdout: { write: (part) => (said.stdout += part) },
      stderr: { write: (part) => (said.stderr += part) },
      environment: process.env,
      cwd,
      platform: 'linux',
      today: context.today,
      signal: context.signal,
      ...UNASKED,
      declareTypes,
    })
    return { code, ...said }
  }

  test('writes what is there, and notices that a migration changed it', async () => {
    const project = join(dir, 'changing')
    mkdirSync(join(project, 'sql'), { recursive: true })
    writeFileSync(join(project, 'sql/1.sql'), 'create table public.notes (id uuid primary key, body text);')
    expect(await types(project, '--check')).toMatchObject({ code: 1 })
    expect(await types(project)).toMatchObject({ code: 0, stdout: 'rls.generated.d.ts is written\n' })
    expect(readFileSync(join(project, 'rls.generated.d.ts'), 'utf8')).toContain("'public.notes': {")
    expect(await types(project, '--check')).toMatchObject({ code: 0 })
    writeFileSync(join(project, 'sql/2.sql'), 'alter table public.notes add column title text;')
    const stale = await types(project, '--check')
    expect(stale.code, stale.stderr).toBe(1)
    expect(stale.stdout).toMatch(/^rls\.generated\.d\.ts is not up to date, from line \d+ on\n/)
  })

  test('ends with 2 where there is nothing to declare, or the migrations fail', async () => {
    for (const [name, sql, reason] of [
      ['empty', 'select 1;', 'there is nothing to declare'],
      ['broken', 'create table public.notes (id nonsense);', '1.sql'],
    ] as const) {
      const project = join(dir, name)
      mkdirSync(join(project, 'sql'), { recursive: true })
      writeFileSync(join(project, 'sql/1.sql'), sql)
      const { code, stderr } = await types(project)
      expect(code, stderr).toBe(2)
      expect(stderr).toContain(reason)
    }
  })
})
