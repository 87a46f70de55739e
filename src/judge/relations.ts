import type { Relation } from '../domain/catalog.ts'
import type { Untested } from '../domain/report.ts'
import { groupBy } from '../group-by.ts'
import { originOf } from './blame.ts'
import type { Fact } from './collect.ts'
import type { JudgeInput } from './input.ts'
import { fixedFacts } from './fixed.ts'
import { judgeMatter } from './matter.ts'
import { isMigrationTable, staticFinding } from './static.ts'

/** Tables and views: what the catalog alone says of them, and what was observed. */
export function judgeRelations(input: JudgeInput): {
  readonly facts: readonly Fact[]
  readonly untested: readonly Untested[]
} {
  const actors = new Map(input.population.actors.map((actor) => [actor.name, actor]))
  const expectationsOf = groupBy(input.expectations, ({ relation }) => relation)
  const observationsOf = groupBy(input.observations, ({ probe }) => keyOf(probe))
  const facts: Fact[] = []
  const untested: Untested[] = []
  for (const relation of input.relations) {
    const code = staticFinding(input.catalog, relation)
    if (code && !(code === 'no-policy' && isForServer(input, relation)))
      facts.push({
        code,
        subject: relation,
        command: 'select',
        declared: false,
        evidence: staticEvidence(relation),
        blame: originOf(relation, input.definitions),
      })
    facts.push(...fixedFacts(input, relation))
    if (isMigrationTable(relation)) continue
    for (const expectation of expectationsOf(relation.oid)) {
      const observations = observationsOf(keyOf(expectation))
      const rows = input.population.rows.get(input.baseOf(relation).oid) ?? []
      const result = judgeMatter(input, relation, { expectation, observations, rows, actors })
      facts.push(...result.facts)
      untested.push(...result.untested)
    }
  }
  return { facts, untested }
}

const keyOf = ({
  relation,
  scope,
  command,
}: {
  readonly relation: number
  readonly scope?: string
  readonly command: string
}): string => JSON.stringify([relation, scope ?? null, command])

/** Declared as the server's alone: that nobody else has a policy is what is meant. */
function isForServer({ expectations }: JudgeInput, relation: Relation): boolean {
  const own = expectations.filter((one) => one.relation === relation.oid)
  return own.length > 0 && own.every(({ declared, upper }) => declared && upper === 'nobody')
}

function staticEvidence(relation: Relation): string {
  const holders = relation.privileges.filter(
    ({ role, relation: granted }) => role !== 'service_role' && granted.length > 0,
  )
  return holders.map(({ role, relation: granted }) => `${role} has ${granted.join(', ')}`).join('; ')
}
