import type { Finding, Report } from '../../src/domain/report.ts'
import { finding, relation, sampleReport } from '../../src/report/sample-report.ts'

const LEAKING = { anon: '····', foreign: '✗···', team: '!?··', own: '✓✓✓–' }

/** Names that a page could be fooled with: markup, text that runs backwards, everything that fits into an identifier. */
export const HOSTILE = [
  '</script><img src=x onerror=globalThis.hacked=1>',
  '<svg onload=globalThis.hacked=1>"\'`&lt;',
  'javascript:globalThis.hacked=1//',
  'evil\u202Elmth.exe\u2066',
  '日本語'.repeat(7),
  'a\u0301\u0302'.repeat(12),
] as const

/** One of every state of a cell, and something in every tab. */
export function everyState(): Report {
  const suppressed = { by: 'ignore', reason: 'Scores are public by decision 412' } as const
  return sampleReport({
    outcome: 'findings',
    relations: [
      {
        ...relation('public.chats', LEAKING),
        policies: [
          {
            name: 'chats_read',
            command: 'select',
            permissive: true,
            roles: ['public'],
            using: 'true',
            withCheck: null,
            file: 'drizzle/0007_share.sql',
            line: 12,
          },
        ],
      },
      relation('public.messages'),
      relation('api.scores', undefined, 'view'),
    ],
    functions: [
      {
        name: 'public.f(uuid)',
        securityDefiner: true,
        access: { execute: 'everyone', reads: 'nobody', writes: 'nobody' },
      },
    ],
    findings: [
      finding(),
      finding({
        ...numbered(1),
        code: 'tautology',
        kind: 'static',
        severity: 'warning',
        relation: 'public.messages',
      }),
      finding({ ...numbered(2), relation: 'api.scores', suppressed }),
    ],
    coverage: {
      planned: 9,
      executed: 8,
      untested: [
        { relation: 'public.chats', command: 'insert', actor: 'team', reason: 'no row could be made' },
      ],
      policies: [
        {
          relation: 'public.chats',
          policy: 'chats_read',
          side: 'using',
          atoms: [{ text: 'is_public', seenTrue: true, seenFalse: false, trueFor: 'alice' }],
        },
      ],
      scenarios: [],
      untried: [],
    },
  })
}

const numbered = (number: number): Pick<Finding, 'id' | 'fingerprint'> => ({
  id: number.toString(16).padStart(8, '0'),
  fingerprint: number.toString(16).padStart(16, '0'),
})

/** Every text that others write is hostile. */
export function hostile(): Report {
  const names = HOSTILE.map((name) => `public.${name}`)
  const all = HOSTILE.join(' ')
  return sampleReport({
    outcome: 'findings',
    relations: names.map((name) => ({
      ...relation(name, LEAKING),
      policies: [
        {
          name: all,
          command: 'all',
          permissive: true,
          roles: [all],
          using: all,
          withCheck: all,
          file: all,
          line: 1,
        },
      ],
      ownership: { kind: 'user', path: [all], evidence: [all] },
    })),
    functions: names.map((name) => ({
      name,
      securityDefiner: true,
      access: { execute: 'nobody', reads: 'nobody', writes: 'nobody' },
    })),
    actors: [{ name: all, role: all, tenant: all, claims: { [all]: all } }],
    tenants: [all],
    notices: [all],
    sources: [{ tool: all, files: [{ path: all, sha256: '', notes: [all] }], notes: [all] }],
    findings: names.map((name, index) =>
      finding({
        ...numbered(index + 1),
        relation: name,
        title: all,
        evidence: all,
        blame: [{ policy: all, statement: all, through: all, file: all, line: 1 }],
        checks: [{ kind: 'view', name: all, runsAs: all, statement: all, file: all }],
        witness: {
          row: { [all]: all },
          session: { role: all, claims: { [all]: all }, settings: { [all]: all } },
        },
        reproduction: `-- as ${all}\n\n${all}`,
        remedy: { sql: all, verified: true },
      }),
    ),
  })
}

/** A project of many relations, a tenth of them leaking. */
export function large(relations: number): Report {
  const numbers = Array.from({ length: relations }, (_, index) => index)
  const nameOf = (index: number): string => `public.relation_${String(index).padStart(4, '0')}`
  return sampleReport({
    outcome: 'findings',
    relations: numbers.map((index) => relation(nameOf(index), index % 10 === 0 ? LEAKING : undefined)),
    findings: numbers
      .filter((index) => index % 10 === 0)
      .map((index) => finding({ ...numbered(index), relation: nameOf(index) })),
  })
}
