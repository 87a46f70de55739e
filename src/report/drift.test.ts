import { describe, expect, test } from 'vitest'
import type { DriftReport } from '../domain/drift.ts'
import { driftMarkdown } from './drift-markdown.ts'
import { driftText } from './drift.ts'

const report: DriftReport = {
  schemaVersion: 1,
  tool: { name: 'rls-harness', version: '1.2.3' },
  engine: { kind: 'embedded', version: '17.10' },
  migrations: '2 files (supabase)',
  other: { kind: 'file', name: 'db/schema.sql' },
  outcome: 'drift',
  differences: [
    {
      kind: 'policy',
      name: 'own\u001b[2K`x`',
      relation: 'public.notes',
      state: 'different',
      weight: 'access',
      changes: [{ name: 'using', before: '(user_id = auth.uid())', after: 'true' }],
      with: [],
      file: 'migrations/1.sql',
      line: 12,
    },
    {
      kind: 'table',
      name: 'public.old',
      relation: 'public.old',
      state: 'missing',
      weight: 'structure',
      changes: [],
      with: ['2 columns'],
    },
    {
      kind: 'function',
      name: 'public.f()',
      relation: null,
      state: 'extra',
      weight: 'access',
      changes: [
        { name: 'body', before: null, after: Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n') },
      ],
      with: [],
    },
  ],
  access: {
    kind: 'compared',
    changes: [{ relation: 'public.notes', command: 'select', from: 'owner', to: 'everyone' }],
    opened: [
      {
        id: 'a1b2c3d4',
        code: 'read-leak',
        severity: 'error',
        relation: 'public.notes',
        command: 'select',
        title: 'Rows can be read',
      },
    ],
    closed: [],
    untested: [],
  },
  notRebuilt: [{ kind: 'extension', name: 'postgis', relation: null, reason: 'not there' }],
  notes: ['Something to know.'],
}

const options = { level: 'warning', colour: false, unicode: true, width: 100, exitCode: 1 } as const

describe('the report on drift', () => {
  test('names each difference with its place and lines, and what it opens', () => {
    const text = driftText(report, options)
    expect(text).toContain(String.raw`   ! policy "own\x1b[2K` + '`x`"  differs')
    expect(text).toContain('migrations/1.sql:12')
    expect(text).toContain('       - (user_id = auth.uid())\n       + true\n')
    expect(text).toContain('   i table public.old  missing in schema.sql, with 2 columns\n')
    expect(text).toContain('   public.notes  select  owner → everyone\n')
    expect(text).toContain(' ✗ new: read-leak a1b2c3d4  public.notes select: Rows can be read\n')
    expect(text).toContain(' ? could not be rebuilt, and was not tried: extension postgis: not there\n')
    expect(text).toContain('and 16 more lines')
    expect(text).toContain('Close first what is open there.')
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100)
  })

  test('is plain where the terminal shows nothing but ASCII', () => {
    expect(driftText(report, { ...options, unicode: false })).toMatch(/^[ -~\n]*$/)
  })

  test('does not call a state sound that could not be checked', () => {
    const text = driftText({ ...report, access: { kind: 'failed', reason: 'no role' } }, options)
    expect(text).toContain('In access: not known')
  })

  test('says in one sentence that there is nothing to do', () => {
    const same: DriftReport = {
      ...report,
      outcome: 'same',
      differences: [],
      notRebuilt: [],
      access: { kind: 'same schema', reason: 'both state the same schema' },
    }
    expect(driftText(same, { ...options, exitCode: 0 })).toContain(
      'The migrations make what schema.sql states.',
    )
  })

  test('is Markdown in which a name stays a name', () => {
    const text = driftMarkdown(report)
    expect(text).toContain(String.raw`- **` + '``policy "own' + String.raw`\x1b[2K` + '`x`"`` differs**')
    expect(text).toContain('  ```diff\n  using:\n  - (user_id = auth.uid())\n  + true\n  ```')
    expect(text).toContain('- `public.notes  select  owner → everyone`')
  })
})
