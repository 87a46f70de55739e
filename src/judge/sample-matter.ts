import type { Expectation } from '../domain/expectation.ts'
import type { Actor, Population, SeededRow } from '../domain/population.ts'
import type { Observation, Outcome, Probe, Reached } from '../domain/probe.ts'

/** Who asks in tests: alice and bob of tenant acme, a stranger, somebody without a session, the service role. */
export const SAMPLE_ACTORS: readonly Actor[] = [
  sampleActor('alice', 'A', ['acme']),
  sampleActor('bob', 'B', ['acme']),
  sampleActor('carol', 'C', []),
  { ...sampleActor('anon', null, []), role: 'anon' },
  { ...sampleActor('service', null, []), role: 'service_role', purpose: 'control' },
]

export const actorNamed = (name: string): Actor =>
  SAMPLE_ACTORS.find((actor) => actor.name === name) ?? sampleActor(name, name, [])

function sampleActor(name: string, user: string | null, tenants: readonly string[]): Actor {
  return {
    name,
    role: 'authenticated',
    login: 'authenticator',
    user,
    tenants,
    claims: {},
    settings: {},
    purpose: 'judged',
  }
}

/** Rows belong to users, nobody else may read them, their owner must be able to. */
export function sampleExpectation(rest: Partial<Expectation> = {}): Expectation {
  return {
    relation: 1,
    command: 'select',
    upper: 'owner',
    lower: 'owner',
    declared: false,
    conditions: [],
    admits: true,
    closedBy: null,
    trivialPolicy: null,
    shared: false,
    ownerInside: false,
    people: false,
    why: 'rows belong to users',
    ...rest,
  }
}

export function sampleReached(tie: Reached['tie'], rest: Partial<Reached> = {}): Reached {
  return { tie, rows: 1, places: [], examples: [], of: [], ...rest }
}

export function sampleObservation(
  probe: Partial<Probe>,
  reached: readonly Reached[],
  outcome?: Outcome,
): Observation {
  const rows = reached.reduce((sum, one) => sum + one.rows, 0)
  return {
    probe: { relation: 1, actor: 'carol', command: 'select', attempt: 'read', detail: '', ...probe },
    outcome:
      outcome ??
      (probe.command === undefined || probe.command === 'select'
        ? { kind: 'returned', rows }
        : { kind: 'affected', rows }),
    reached,
    statement: '',
  }
}

/** A row of alice's, unless said otherwise. */
export function sampleRow(rest: Partial<SeededRow> = {}): SeededRow {
  return { place: '1:(0,1)', values: {}, owners: ['A'], authors: [], tenants: [], ...rest }
}

export function samplePopulation(rows: readonly SeededRow[]): Population {
  return {
    actors: SAMPLE_ACTORS,
    tenants: [{ name: 'acme', keys: ['1'] }],
    rows: new Map([[1, rows]]),
    spares: new Map(),
    unseeded: [],
    withoutTriggers: [],
    notices: [],
  }
}
