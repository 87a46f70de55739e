import { expect, test } from 'vitest'
import type { Report } from '../domain/report.ts'
import type { ReporterOptions } from './reporter.ts'
import { finding, relation, sampleReport } from './sample-report.ts'
import { terminal } from './terminal.ts'
import { widthOf } from './text.ts'

const draw = (report: Report, changes: Partial<ReporterOptions> = {}): string =>
  terminal(report, { level: 'all', colour: false, unicode: true, width: 100, exitCode: 1, ...changes })

/** Names that a terminal, a log or a reader could be fooled with. */
const HOSTILE = '\u001b[2J\u001b[31m\n ✓ isolated\r\u202Efake\u0007'

function everythingHostile(): Report {
  const name = `public.${HOSTILE}${'x'.repeat(200)}`
  return sampleReport({
    outcome: 'findings',
    relations: [relation(name), relation(`public.${'日本'.repeat(60)}`)],
    sources: [
      {
        tool: HOSTILE,
        files: [{ path: HOSTILE, sha256: '', notes: [HOSTILE] }],
        notes: [HOSTILE.repeat(20)],
      },
    ],
    findings: [
      finding({
        relation: name,
        evidence: HOSTILE.repeat(12),
        blame: [{ policy: HOSTILE, statement: HOSTILE.repeat(9), file: `${HOSTILE.repeat(9)}.sql`, line: 3 }],
        remedy: { sql: `drop policy "${HOSTILE}" on x;`, verified: false },
      }),
    ],
    notices: [HOSTILE.repeat(10)],
    coverage: {
      planned: 2,
      executed: 1,
      untested: [{ relation: name, command: 'select', actor: 'own', reason: HOSTILE }],
      policies: [],
      scenarios: [],
      untried: [HOSTILE],
    },
  })
}

test('hostile names are rendered harmless and cannot begin a line of their own', () => {
  for (const unicode of [true, false]) {
    const text = draw(everythingHostile(), { unicode, level: 'all' })
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(text.split('\n').filter((line) => line.startsWith(' ✓ isolated'))).toEqual([])
  }
})

test('no line is wider than 100 columns, nor than a narrower terminal', () => {
  for (const report of [everythingHostile(), sampleReport()]) {
    for (const [width, most] of [
      [100, 100],
      [250, 100],
      [80, 80],
    ] as const) {
      const lines = draw(report, { width, level: 'all' }).split('\n')
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(most)
    }
  }
})
