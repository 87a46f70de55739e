import { expect, test } from 'vitest'
import type { Report } from '../domain/report.ts'
import type { ReporterOptions } from './reporter.ts'
import { sampleReport } from './sample-report.ts'
import { terminal } from './terminal.ts'

const draw = (report: Report, level: ReporterOptions['level']): string =>
  terminal(report, { level, colour: false, unicode: true, width: 100, exitCode: 0 })

const report = sampleReport({
  coverage: {
    planned: 1,
    executed: 1,
    untested: [],
    untried: [],
    scenarios: [
      {
        relation: 'public.chats',
        tried: 7,
        unsolved: ['"own", with a moon'],
        failed: ['"own": read: division by zero (22012)'],
        left: 2,
        opaque: ['public.f: it loops'],
      },
    ],
    policies: [
      {
        relation: 'public.chats',
        policy: 'own',
        side: 'using',
        atoms: [
          {
            text: 'owner_id = auth.uid()',
            seenTrue: true,
            seenFalse: true,
            trueFor: 'alice',
            falseFor: 'bob',
          },
          { text: 'public', seenTrue: false, seenFalse: true, falseFor: 'anon' },
          { text: 'shared', seenTrue: true, seenFalse: false, trueFor: 'alice' },
        ],
      },
      {
        relation: 'public.chats',
        policy: 'server',
        side: 'check',
        atoms: [
          { text: 'true', constant: true, seenTrue: false, seenFalse: false, why: 'only for service_role' },
        ],
      },
    ],
  },
})

test('the header says how many atoms were seen both ways, constants left out', () => {
  expect(draw(report, 'warning')).toContain(
    '1 of 3 atoms of 2 policies seen both ways, 7 scenarios (1 unsolved, 1 failed,',
  )
  expect(draw(report, 'warning')).not.toContain('never true')
  expect(draw(sampleReport(), 'all')).not.toContain('atom')
})

test('everything lists the others, with whom they were seen and why not', () => {
  const text = draw(report, 'all')
  expect(text).toContain(
    [
      ' atoms of policies that were not seen both ways',
      '   public.chats "own" using',
      '     public: false for anon, never true',
      '     shared: true for alice, never false',
      '   public.chats "server" with check',
      '     true: never seen (only for service_role)',
      '',
      ' what could not be derived from policies',
      '   public.chats',
      '     opaque: public.f: it loops',
      '     no row found for "own", with a moon',
      '     ended in an error: "own": read: division by zero (22012)',
      '     2 scenarios left out',
    ].join('\n'),
  )
})
