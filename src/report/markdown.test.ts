import { expect, test } from 'vitest'
import type { Finding, Report } from '../domain/report.ts'
import { markdown } from './markdown.ts'
import type { ReporterOptions } from './reporter.ts'
import { finding, relation, sampleReport } from './sample-report.ts'

const write = (report: Report, changes: Partial<ReporterOptions> = {}): string =>
  markdown(report, { level: 'warning', colour: false, unicode: true, width: 100, exitCode: 1, ...changes })

const withFindings = (...findings: readonly Finding[]): Report =>
  sampleReport({ outcome: 'findings', findings })

test('a report with a finding begins with its outcome, shows who reaches what, and folds the rest', () => {
  const report = {
    ...withFindings(finding()),
    relations: [relation('public.chats', { anon: '····', foreign: '✗···', team: '––––', own: '✓✓✓✓' })],
  }
  expect(write(report)).toMatchInlineSnapshot(`
    "### ✗ rls-harness: 1 finding, 0 untested

    1,104 probes of 2 relations, not tried: \`1 function\`. rls-harness \`0.1.0, embedded PostgreSQL 17.10\`, seed 42.

    | relation | anon | foreign | team | own |
    |---|---|---|---|---|
    | \`public.chats\` | · · · · | ✗ · · · | – – – – | ✓ ✓ ✓ ✓ |

    select insert update delete: · closed, ✓ open and meant to be, ✗ leak, ! blocked, ? untested, – nothing to try

    <details><summary>✗ read-leak <code>public.chats</code> select as a user of another tenant</summary>

    \`\`\`text
       carol read 3 of 3 rows that belong to alice (control: alice sees 3, anon 0)
       policy   "chats_read" for select to public using (true)                 drizzle/0007_share.sql:12
       more     rls-harness explain a1f3c09e, rls-harness repro a1f3c09e (for psql)
       remedy   drop policy chats_read on public.chats;                                         verified
    \`\`\`

    </details>
    "
  `)
})

test('the headline says what came of the run', () => {
  const first = (report: Report, exitCode: 0 | 1 | 2): string =>
    write(report, { exitCode }).split('\n')[0] ?? ''
  expect(first(sampleReport(), 0)).toBe('### ✓ rls-harness: isolated, 0 findings, 0 untested')
  expect(first(sampleReport(), 2)).toContain('proves nothing')
  const { run } = sampleReport()
  const shard = { index: 2, count: 3, left: [] }
  expect(first(sampleReport({ outcome: 'partial', run: { ...run, shard } }), 0)).toContain('part 2/3')
})

test('with more than 30 relations only those are listed that need eyes', () => {
  const many = Array.from({ length: 40 }, (_, index) => relation(`public.quiet_${index}`))
  const text = write({ ...withFindings(finding()), relations: [relation('public.chats'), ...many] })
  expect(text).toContain('| `public.chats` |')
  expect(text).not.toContain('quiet_7')
  expect(text).toContain('40 more relations not listed here.')
})

test('what does not fit is left out finding by finding, and counted', () => {
  const many = Array.from({ length: 200 }, (_, index) => finding({ id: `id${index}` }))
  const report = { ...withFindings(...many), notices: ['ignore[1] matched nothing'] }
  const text = write(report)
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
  const shown = text.match(/<details>/g)?.length ?? 0
  expect(shown).toBeGreaterThan(50)
  expect(text.match(/<\/details>/g)).toHaveLength(shown)
  expect(text).toContain(`**Cut short:** ${200 - shown} findings, the notices did not fit here`)
  expect(write(report, { longest: 1_000_000 })).not.toContain('Cut short')
})

test('what is untested and accepted is counted apart', () => {
  const accepted = { by: 'baseline', reason: 'untested at adoption' } as const
  const gap = { relation: 'public.chats', command: 'select', actor: 'own', reason: 'no control' } as const
  const coverage = { ...sampleReport().coverage, untested: [gap, { ...gap, accepted }] }
  const text = write(sampleReport({ outcome: 'findings', coverage }))
  expect(text).toContain('### ✗ rls-harness: 0 findings, 1 untested, 1 accepted')
  expect(text).toContain('? 1 untested: nothing is proven about these (1 accepted)')
})

test('no name is mark-up, HTML, a mention or a link', () => {
  const name = '`` </code><b>@team <!-- | [x](https://e.example) #1'
  const report: Report = {
    ...withFindings(finding({ relation: name, evidence: `${name}\n# heading` })),
    relations: [relation(name)],
    notices: [`${name}\n\`\`\`\n@everyone`],
  }
  const text = write(report)
  const row = text.split('\n').find((line) => line.startsWith('| `'))
  expect(row).toContain('| ``` `` </code><b>@team <!-- \\x7c [x](https://e.example) #1 ``` |')
  expect(row?.match(/\|/g)).toHaveLength(6)
  expect(text).toContain('<code>`` &lt;/code&gt;&lt;b&gt;@team')
  expect(text).toContain('````text\n! ')
  expect(text).not.toMatch(/^\s*(?:# heading|@)/m)
})
