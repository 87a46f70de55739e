import type { Area } from '../domain/area.ts'
import type { Expectation } from '../domain/expectation.ts'
import { tieOf } from '../domain/population.ts'
import { includes, widest } from '../domain/vocabulary.ts'
import type { Command } from '../domain/vocabulary.ts'
import type { Exemptions } from './verdict.ts'
import { groupBy } from '../group-by.ts'
import type { Untested } from '../domain/report.ts'
import { originOf } from './blame.ts'
import type { Fact } from './collect.ts'
import type { JudgeInput } from './input.ts'
import { judgeMatter } from './matter.ts'
import type { Judgement } from './judge.ts'

/** Buckets and topics: each like a relation of its own, with the policies that may apply to it. */
export function judgeAreas(input: JudgeInput): Judgement {
  const actors = new Map(input.population.actors.map((actor) => [actor.name, actor]))
  const observationsOf = groupBy(input.observations, ({ probe }) =>
    JSON.stringify([probe.relation, probe.scope ?? null, probe.command]),
  )
  const facts: Fact[] = [...publishedInTheOpen(input)]
  const untested: Untested[] = []
  for (const area of input.areas) {
    const { relation, rows, scope } = area
    if (isPublicInVain(area)) facts.push(publicBucket(area))
    for (const expectation of area.expectations) {
      const observations = observationsOf(JSON.stringify([relation.oid, scope, expectation.command]))
      const result = judgeMatter(
        {
          ...input,
          baseOf: () => relation,
          exemptionsOf: () => widened(input, area, expectation),
        },
        relation,
        {
          expectation,
          observations,
          rows,
          actors,
        },
      )
      facts.push(
        ...withoutUnowned(result.facts)
          .map((fact) => (area.kind === 'buckets' ? asBucket(fact) : fact))
          .map((fact) => (isChangeOfAll(fact, expectation) ? { ...fact, severity: 'error' as const } : fact)),
      )
      untested.push(...result.untested)
    }
  }
  return { facts, untested }
}

/** Realtime sends a change to whoever may select the row: without row security to everybody with the privilege. */
function publishedInTheOpen({ relations, surroundings, definitions }: JudgeInput): readonly Fact[] {
  return relations
    .filter(
      ({ oid, rowSecurity, privileges }) =>
        surroundings.published.includes(oid) &&
        !rowSecurity.enabled &&
        privileges.some(({ role, relation }) => role !== 'service_role' && relation.includes('select')),
    )
    .map((relation) => ({
      code: 'published-without-row-security',
      subject: relation,
      command: 'select',
      declared: false,
      evidence: 'in the publication supabase_realtime, and row security is off',
      blame: originOf(relation, definitions),
    }))
}

/** Where people's things are open, that nobody's are, too, says nothing new. */
const withoutUnowned = (facts: readonly Fact[]): readonly Fact[] =>
  facts.filter(
    (fact) =>
      fact.code !== 'unowned-access' ||
      !facts.some((other) => other.code !== 'unowned-access' && other.actor === fact.actor),
  )

/** Where nothing says whose things are, it is not one that was left without an owner that is changed, but everybody's. */
const isChangeOfAll = ({ code, command }: Fact, { upper, declared }: Expectation): boolean =>
  code === 'unowned-access' && command !== 'select' && upper === 'nobody' && !declared

/** Making a bucket is no message in a contact form. */
const asBucket = (fact: Fact): Fact => (fact.code === 'open-insert' ? { ...fact, code: 'insert-leak' } : fact)

/** What is declared of the area's rows, and whoever is shown what names them. */
function widened(input: JudgeInput, area: Area, { relation, command, scope }: Expectation): Exemptions {
  const declared = input.exemptionsOf(relation, command, scope)
  const shown = shownBesides(input, area, command)
  return new Map(
    [...new Set([...declared.keys(), ...shown.keys()])].map((place) => [
      place,
      widest(declared.get(place) ?? 'nobody', shown.get(place) ?? 'nobody'),
    ]),
  )
}

/** Who is shown the row that names an object may well be shown the object: whether the row is rightly shown is told of its table. */
function shownBesides({ sees, population }: JudgeInput, area: Area, command: Command): Exemptions {
  if (command !== 'select') return new Map()
  return new Map(
    area.rows.flatMap((row) => {
      const mentions = area.namedBy(row.values)
      const readers = population.actors.filter(
        (actor) =>
          actor.purpose === 'judged' &&
          tieOf(row, actor) === 'foreign' &&
          mentions.some(({ relation, place }) => sees(actor.name, relation, place)),
      )
      if (readers.length === 0) return []
      return [
        [row.place, readers.some(({ role }) => role === 'anon') ? 'everyone' : 'authenticated'] as const,
      ]
    }),
  )
}

/** Policies keep others from reading, and the URL of a public bucket walks around them. */
function isPublicInVain({ bucket, restrictsReading, expectations }: Area): boolean {
  const select = expectations.find(({ command }) => command === 'select')
  return bucket?.public === true && restrictsReading && !(select?.declared && includes(select.upper, 'anon'))
}

function publicBucket({ relation, scope, bucket }: Area): Fact {
  return {
    code: 'public-bucket',
    subject: relation,
    ...(scope === null ? {} : { scope }),
    command: 'select',
    declared: false,
    evidence: `bucket "${bucket?.id}" is public, though its policies let people read their own objects alone: whoever knows or guesses a name downloads the object`,
    blame: [],
  }
}
