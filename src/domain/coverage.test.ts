import { describe, expect, test } from 'vitest'
import { coverageCounts, mergeCoverage } from './coverage.ts'
import type { AtomCoverage, PolicyCoverage } from './report.ts'

const atom = (text: string, rest: Partial<AtomCoverage> = {}): AtomCoverage => ({
  text,
  seenTrue: rest.trueFor !== undefined,
  seenFalse: rest.falseFor !== undefined,
  ...rest,
})

const coverage = (policy: string, ...atoms: readonly AtomCoverage[]): PolicyCoverage => ({
  relation: 'public.files',
  policy,
  side: 'using',
  atoms,
})

describe('putting coverage together', () => {
  test('who stands first saw it first, and what was seen both ways needs no reason', () => {
    const first = coverage('own', atom('a', { trueFor: 'alice' }), atom('b', { why: 'no row' }))
    const second = coverage(
      'own',
      atom('a', { trueFor: 'bob', falseFor: 'bob' }),
      atom('b', { trueFor: 'bob' }),
    )
    expect(mergeCoverage([first, second])).toEqual([
      coverage('own', atom('a', { trueFor: 'alice', falseFor: 'bob' }), atom('b', { trueFor: 'bob' })),
    ])
  })

  test('a reason stands as long as nobody was asked', () => {
    const unheard = coverage('server', atom('a', { why: 'only for service_role' }))
    expect(mergeCoverage([unheard, unheard])).toEqual([unheard])
  })

  test('policies and sides are kept apart', () => {
    const [using, check] = [
      coverage('own', atom('a')),
      { ...coverage('own', atom('a')), side: 'check' as const },
    ]
    expect(mergeCoverage([using, check, coverage('other', atom('a'))])).toHaveLength(3)
  })

  test('evidence from elsewhere counts, NULL as what is not true; unknown atoms are left out', () => {
    const evidence = { relation: 'public.files', policy: 'own', side: 'using', actor: 'eve' } as const
    expect(
      mergeCoverage(
        [coverage('own', atom('a', { trueFor: 'alice' }))],
        [
          { ...evidence, atom: 'a', came: null },
          { ...evidence, atom: 'unknown', came: true },
          { ...evidence, policy: 'unknown', atom: 'a', came: true },
        ],
      ),
    ).toEqual([coverage('own', atom('a', { trueFor: 'alice', falseFor: 'eve' }))])
  })

  test('constants are not counted: nothing can change them', () => {
    const policies = [
      coverage('own', atom('a', { trueFor: 'x', falseFor: 'y' }), atom('b')),
      coverage('all', atom('true', { constant: true })),
    ]
    expect(coverageCounts(policies)).toEqual({ policies: 2, atoms: 2, seen: 1 })
  })
})
