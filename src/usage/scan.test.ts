import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Sources, Use } from '../domain/usage.ts'
import { scan } from './scan.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rls-scan-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

function scanned(files: Readonly<Record<string, string>>, globs?: readonly string[]): Promise<Sources> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(dir, dirname(path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  const { signal } = new AbortController()
  return scan({ projectDir: dir, signal, ...(globs ? { globs } : {}) })
}

/** What a use is in a word: `posts`, `posts.title`, `posts:select`, `add()`, `files/`, `posts~`, `?relation`. */
function wordOf(use: Use): string {
  switch (use.kind) {
    case 'relation':
      return nameOf(use.of)
    case 'command':
      return `${nameOf(use.of)}:${use.command}`
    case 'selection':
      return `${nameOf(use.of)}{}`
    case 'column':
      return `${nameOf(use.of)}.${use.column}`
    case 'function':
      return `${use.name}(${use.given?.names.join(',') ?? '?'}${use.given?.complete === false ? ',…' : ''})`
    case 'bucket':
      return `${use.name}/`
    case 'subscription':
      return `${nameOf(use.of)}~`
    case 'dynamic':
      return `?${use.what}`
  }
}

const nameOf = ({ schema, name }: { readonly schema: string; readonly name: string }): string =>
  schema === 'public' ? name : `${schema}.${name}`

async function words(text: string, path = 'app.ts'): Promise<readonly string[]> {
  const { uses, unread } = await scanned({ [path]: text })
  expect(unread).toEqual([])
  return uses.map(wordOf).filter((word) => !/:select$|\{\}$/.test(word))
}

const CLIENT = `import { createClient } from '@supabase/supabase-js'\nconst db = createClient(url, key)\n`

describe('what a client is:', () => {
  test.each([
    [`const { db } = context; db.from('a').select()`],
    [`export const f = (x: SupabaseClient<Database>) => x.from('a')`],
    [`class A { constructor(private readonly x: SupabaseClient) {} f() { return this.x.from('a') } }`],
    [`class A { #x = createClient(u, k); f() { return this.#x.from('a') } }`],
    [`class A { x; constructor() { this.x = createBrowserClient() } f() { return this.x?.from('a') } }`],
    [`const x = useSupabaseClient<Database>(); x.from('a')`],
    [`const x = await serverSupabaseClient(event); x.from('a')`],
    [`export const load = ({ locals }) => locals.supabase.from('a')`],
    [`export const load = async ({ locals: { supabase: x } }) => x.from('a')`],
    [`function get() { return createServerClient(u, k) }\nconst x = get(); x.from('a')`],
    [`const x = useMemo(() => createBrowserClient(u, k), []); x.from('a')`],
    [`let x: SupabaseClient | null = null; x = createClient(u, k); x!.from('a')`],
    [`(await createClient()).from('a')`],
    [`const x = ready ? createClient(u, k) : null; x?.from?.('a')`],
    [`const x = createClient(u, k) as unknown as Client; (x as any).from('a')`],
    [`const { supabase } = await import('./db'); supabase.from('a')`],
    [`(await import('./db')).supabase.from('a')`],
    [`getDatabase().from('a').insert(row)`],
    [`new PostgrestClient(url).from('a')`],
  ])('%s', async (text) => {
    expect((await words(text)).filter((word) => !word.includes(':'))).toEqual(['a'])
  })

  test.each([
    [`Array.from('abc'); Buffer.from('abc', 'hex'); Buffer.from('x').toString(); Uint8Array.from('1')`],
    [`Observable.from('a'); from('a').pipe(); dayjs().from('2020-01-01'); moment(x).from('a')`],
    [
      `import knex from 'knex'; const db = knex({}); db.from('a').select('x'); knex.select().from('a').where()`,
    ],
    [`import { db } from './drizzle'; db.select().from('a').update()`],
    [`import { createClient } from 'redis'; const c = createClient(); c.from('a'); c.rpc('x')`],
    [`// supabase.from('a').select()\n/* supabase.from('b') */ const s = "supabase.from('c').select()"`],
    [`const r = /supabase\\.from\\('a'\\)/; const t = \`supabase.from('a')\``],
    [`type Row = Database['public']['Tables']['a']['Row']; const { data } = await supabase.auth.from('a')`],
    [`const { data } = await supabase.auth.getUser(); data.from('x').pipe()`],
    [`provider.rpc('eth_call', {}); trpc.rpc('a')`],
    [`email.from('a@b.c').to('x').send()`],
  ])('none: %s', async (text) => {
    expect(await words(text)).toEqual([])
  })

  test('a client of another schema, for all its queries or for one', async () => {
    const text = `const x = createClient(u, k, { db: { schema: 'api' } }); x.from('a'); x.schema('own').from('b').delete()
      const y = x.schema(name); y.from('c'); x.rpc('f')`
    expect(await words(text)).toEqual(['api.a', 'own.b', 'own.b:delete', '?relation', 'f()'])
  })
})

describe('names:', () => {
  test('constants of the file, objects, enums, choices, templates and literal types', async () => {
    const text = `${CLIENT}
      const A = 'a'; const T = { b: 'b', deep: { c: 'c' } } as const; enum E { D = 'd' }
      db.from(A); db.from(T.b); db.from(T.deep.c); db.from(E.D); db.from(\`e\`); db.from(\`\${A}_x\`); db.from('f' + 'g')
      db.from(flag ? 'h' : 'i'); for (const t of ['j', 'k'] as const) db.from(t)
      function f(t: 'l' | 'm') { db.from(t) }`
    expect(await words(text)).toEqual('a b c d e a_x fg h i j k l m'.split(' '))
  })

  test('a name that is made at run time is said to be unknown, not left out', async () => {
    const text = `${CLIENT}
      export const f = (t: string) => { db.from(t); db.rpc(t); db.storage.from(\`x-\${t}\`) }
      let u = 'a'; u = t; db.from(u)`
    expect(await words(text)).toEqual(['?relation', '?function', '?bucket', '?relation'])
  })

  test('an inner name hides an outer one', async () => {
    const text = `${CLIENT}const T = 'a'; function f(T) { db.from(T) }; { const T = 'b'; db.from(T) } db.from(T)`
    expect(await words(text)).toEqual(['?relation', 'b', 'a'])
  })

  test('clients and constants are followed through files, indexes and aliases', async () => {
    const { uses } = await scanned({
      'src/lib/db.ts': `import { createClient } from '@supabase/supabase-js'\nexport const db = createClient(u, k)`,
      'src/lib/index.ts': `export * from './db'\nexport { TABLES as T } from './tables'`,
      'src/lib/tables.ts': `export const TABLES = { a: 'a' }`,
      'src/app/page.tsx': `import { db, T } from '@/lib'\ndb.from(T.a); db.rpc('f')`,
      'src/app/b.ts': `import { db } from '../lib/db.js'\ndb.rpc('g', { x: 1 })`,
    })
    expect(uses.map(wordOf)).toEqual(['g(x)', 'a', 'f()'])
  })
})

describe('columns:', () => {
  test('of filters, orders, matches and logic, over broken lines and kept queries', async () => {
    const text = `${CLIENT}
      let q = db
        .from('a')
        .select('*')
        // .eq('commented', 1)
        .eq('b', 1)
      if (x) q = q.gte('c', 2).not('d', 'is', null)
      q = q.or('e.eq.1,and(f.gt.2,g.not.in.(1,2)),h.ov.{a,b}').order('i', { referencedTable: 'r' })
      const { data } = await q.match({ j: 1, 'k': 2 }).textSearch('l', 'x').filter('m->>n', 'eq', 1)
      data.filter('no').eq('none', 1)`
    const columns = 'b c d e f g h r.i j k l m->>n'.split(' ')
    expect(await words(text)).toEqual(['a', ...columns.map((name) => `a.${name}`)])
  })

  test('of rows that are written out, spread, mapped or kept in a constant', async () => {
    const text = `${CLIENT}
      const row = { c: 1, 'd': 2, [e]: 3, ...rest, ...(x ? { f: 1 } : {}) }
      db.from('a').insert({ b }); db.from('a').insert([row]); db.from('a').update(unknown)
      db.from('a').upsert(list.map((one) => ({ g: one })), { onConflict: 'g, h' })`
    expect((await words(text)).filter((word) => word.includes('.'))).toEqual(
      ['b', 'c', 'd', 'f', 'g', 'g', 'h'].map((name) => `a.${name}`),
    )
  })

  test('what an awaited query gives is data, not a query', async () => {
    const text = `${CLIENT}const a = await db.from('a').select(); a.eq('x', 1); db.from('b').select().then((r) => r).eq('y')`
    expect(await words(text)).toEqual(['a', 'b'])
  })

  test('a query of several relations names none of their columns', async () => {
    const text = `${CLIENT}const q = x ? db.from('a').select() : db.from('b').select(); q.eq('c', 1); db.from(y ? 'd' : 'e').eq('f', 1)`
    expect(await words(text)).toEqual(['a', 'b', 'd', 'e'])
  })
})

test('functions with their arguments, buckets and subscriptions', async () => {
  const text = `${CLIENT}
    db.rpc('f', { a: 1, ...rest }); db.rpc('g', args); db.rpc('h')
    db.storage.from('files').upload(p, f); const { storage } = db; storage.from('pics').remove([]); db.storage.createBucket('new')
    db.channel('x').on('presence', { event: 'sync' }, f).on('postgres_changes', { event: '*', schema: 'public', table: 't', filter: 'u=eq.' + id }, f)
    room.on('postgres_changes', { event: '*', schema: 'api', table: 'v' }, f)`
  expect(await words(text)).toEqual([
    'f(a,…)',
    'g(?)',
    'h()',
    'files/',
    'pics/',
    'new/',
    't~',
    't.u',
    'api.v~',
  ])
})

describe('sources:', () => {
  test.each([
    [
      'App.vue',
      `<template><p>{{ x }}</p></template>\n<!-- <script>db.from('no').select()</script> -->\n<script setup lang="ts">\nconst x = supabase.from('a') as any\n</script>\n`,
    ],
    [
      'App.svelte',
      `<script context="module" lang="ts">let y: string</script>\n<script lang="ts">\n  supabase\n    .from('a')\n</script>\n<p>'</p>`,
    ],
    ['app.jsx', `export default () => <a b={supabase.from('a')}>it's {'<'} "</a>`],
    ['app.tsx', `const f = <T,>(x: T) => <p>{(supabase satisfies any).from<'a', X>('a')}</p>`],
    ['app.cts', `const { supabase } = require('./db'); supabase.from('a')`],
    ['app.mjs', `#!/usr/bin/env node\nconst x = await supabase.from('a')`],
    ['app.js', `// @flow\nconst f = (x: number): string => supabase.from('a')`],
    ['bom.ts', `\uFEFFsupabase.from('a')`],
    ['crlf.ts', `/* x */\r\nsupabase\r\n  .from('a')\r\n`],
    [
      'nest.ts',
      `@Injectable() export class A { constructor(@Inject(X) private x: SupabaseClient) {}\n @Get() f(@Query() q) { return this.x.from('a') } }`,
    ],
    [
      'using.ts',
      `{ using x = y; } namespace N { export const z = supabase.from('a') } declare module 'x' {}`,
    ],
  ])('%s', async (path, text) => {
    expect(await words(text, path)).toEqual(['a'])
  })

  test('places count from 1, in components too, and behind a byte order mark', async () => {
    const { uses } = await scanned({
      'a.vue': `<template />\r\n<script>\r\n  supabase.from('a')\r\n</script>`,
      'b.ts': `\uFEFFsupabase.from('b')`,
    })
    expect(uses.map(({ place }) => place)).toEqual([
      { file: 'a.vue', line: 3, column: 17 },
      { file: 'b.ts', line: 1, column: 15 },
    ])
  })

  test('a file that cannot be parsed is named with its line, and the others are read', async () => {
    const { uses, unread } = await scanned({
      'a.ts': `const x = 1\nsupabase.from('a'\n`,
      'b.ts': `supabase.from('b')`,
      'deep.js': `supabase.from('c'); ${'['.repeat(100_000)}`,
    })
    expect(uses.map(wordOf)).toEqual(['b'])
    expect(unread.map(({ file, line }) => [file, line])).toEqual([
      ['a.ts', 3],
      ['deep.js', undefined],
    ])
  })

  test('one long line is read, megabytes are not', async () => {
    const { uses, unread } = await scanned({
      'long.js': `${'var a=1;'.repeat(20_000)}supabase.from("a")`,
      'huge.js': `supabase.from("b");${'//'.repeat(1_100_000)}`,
    })
    expect(uses.map(wordOf)).toEqual(['a'])
    expect(unread).toEqual([{ file: 'huge.js', reason: '2.1 MB are more than anybody writes by hand' }])
  })

  test('packages, builds, declarations and tests are left out, unless tests are asked for', async () => {
    const text = `supabase.from('a')`
    const paths = [
      'node_modules/x/a.ts',
      'dist/a.js',
      '.next/a.js',
      'types.d.ts',
      'a.min.js',
      'coverage/a.js',
    ]
    const files = Object.fromEntries([...paths, 'a.test.ts', '__tests__/b.ts'].map((path) => [path, text]))
    expect((await scanned(files)).files).toBe(0)
    expect((await scanned(files, ['**/*.test.ts'])).uses.map(wordOf)).toEqual(['a'])
  })
})
