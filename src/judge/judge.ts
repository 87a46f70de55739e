import type { Relation } from '../domain/catalog.ts'
import type { Finding, Untested } from '../domain/report.ts'
import { groupBy } from '../group-by.ts'
import { toFinding } from './collect.ts'
import type { CollectContext, Fact } from './collect.ts'
import { deduplicate, withoutEchoes, withoutObvious } from './facts.ts'
import { applyIgnores } from './ignore.ts'
import type { JudgeInput } from './input.ts'
import { judgeMatter } from './matter.ts'
import { isMigrationTable, staticFinding } from './static.ts'

export interface Judged {
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
  readonly notices: readonly string[]
}

/** Observations held against expectations. Pure: the same input gives the same findings in the same order. */
export function judge(input: JudgeInput): Judged {
  const actors = new Map(input.population.actors.map((actor) => [actor.name, actor]))
  const expectationsOf = groupBy(input.expectations, ({ relation }) => relation)
  const observationsOf = groupBy(input.observations, ({ probe }) => `${probe.relation} ${probe.command}`)
  const facts: Fact[] = []
  const untested: Untested[] = []
  for (const relation of input.relations) {
    const code = staticFinding(input.catalog, relation)
    if (code && !(code === 'no-policy' && isForServer(input, relation)))
      facts.push({
        code,
        relation,
        base: relation,
        command: 'select',
        declared: false,
        evidence: staticEvidence(relation),
      })
    if (isMigrationTable(relation)) continue
    for (const expectation of expectationsOf(relation.oid)) {
      const observations = observationsOf(`${relation.oid} ${expectation.command}`)
      const rows = input.population.rows.get(input.baseOf(relation).oid) ?? []
      const result = judgeMatter(input, relation, { expectation, observations, rows, actors })
      facts.push(...result.facts)
      untested.push(...result.untested)
    }
  }
  const plain = withoutObvious(deduplicate(withoutEchoes(facts)))
  const context: CollectContext = {
    catalog: input.catalog,
    definitions: input.definitions,
    ...(input.served ? { served: input.served } : {}),
  }
  const findings = plain.map((fact) => toFinding(fact, context))
  return { ...applyIgnores(findings, input.ignore, input.today), untested }
}

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
