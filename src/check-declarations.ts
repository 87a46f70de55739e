import { didYouMean } from './config/nearest.ts'
import type { Surroundings } from './domain/area.ts'
import { relationByName } from './domain/catalog.ts'
import type { Catalog, Relation } from './domain/catalog.ts'
import type { Config } from './domain/config.ts'
import { COMMANDS } from './domain/vocabulary.ts'
import { HarnessError } from './errors.ts'
import { followPath } from './ownership/declared.ts'
import { declaredFor, isIntent, isPattern, matchesPattern } from './ownership/intents.ts'
import { conditionProblem } from './ownership/row-condition.ts'

/** Names in the configuration must name something. @throws HarnessError CONFIG_INVALID with the nearest name */
export function checkDeclarations(
  catalog: Catalog,
  config: Config,
  { buckets }: Pick<Surroundings, 'buckets'>,
): void {
  const areas = buckets.map(({ id }) => `storage.objects/${id}`)
  for (const [name, intent] of Object.entries(config.expect)) {
    checkConditions(name, intent)
    const isRelation = relationByName(catalog, name) !== undefined
    const isName = isRelation || areas.includes(name)
    if (isPattern(name) && !isName) checkPattern(catalog, areas, name, intent)
    else if (isRelation || (!checkFunction(catalog, name, intent) && !checkArea(areas, name, intent)))
      checkIntent(catalog, requireRelation(catalog, name, `expect["${name}"]`), intent, name)
  }
  config.tenants?.forEach(({ relation, column }, index) => {
    const found = requireRelation(catalog, relation, `tenants[${index}].relation`)
    if (column !== undefined) requireColumn(found, column, `tenants[${index}].column`)
  })
  for (const name of Object.keys(config.seed.values)) {
    const relation = requireRelation(catalog, name.slice(0, name.lastIndexOf('.')), `seed.values["${name}"]`)
    requireColumn(relation, name.slice(name.lastIndexOf('.') + 1), `seed.values["${name}"]`)
  }
}

/** What is no condition at all is told before anything is seeded; the server tells the rest. */
function checkConditions(name: string, intent: Config['expect'][string]): void {
  for (const { where } of COMMANDS.flatMap((command) => declaredFor(intent, command)?.conditions ?? [])) {
    const found = conditionProblem(where)
    if (found)
      throw new HarnessError(
        'CONFIG_INVALID',
        `expect["${name}"]: the condition ${JSON.stringify(where)} ${found.problem}`,
        { hint: found.hint },
      )
  }
}

/** Buckets and topics have an owner by their names: what is declared of them is who may. */
function checkArea(areas: readonly string[], name: string, intent: Config['expect'][string]): boolean {
  if (!areas.includes(name) && !name.startsWith('realtime.messages/')) return false
  refuseOwner(name, intent, 'whose a bucket’s objects and topics are follows from their names')
  return true
}

/** A pattern must stand for something; columns that it names must be those of at least one relation. */
function checkPattern(
  catalog: Catalog,
  areas: readonly string[],
  pattern: string,
  intent: Config['expect'][string],
): void {
  const where = `expect["${pattern}"]`
  const signatures = catalog.routines.map(({ signature }) => signature)
  if (pattern.includes('(')) {
    if (!signatures.some((name) => matchesPattern(pattern, name)))
      throw noMatch(where, 'function', didYouMean(pattern, signatures))
    refuseCommands(pattern, intent)
    return
  }
  if (pattern.includes('/')) {
    if (pattern.startsWith('storage.') && !areas.some((name) => matchesPattern(pattern, name)))
      throw noMatch(where, 'bucket', didYouMean(pattern, areas))
    refuseOwner(pattern, intent, 'whose a bucket’s objects and topics are follows from their names')
    return
  }
  const found = catalog.relations.filter(({ qualified }) => matchesPattern(pattern, qualified))
  const names = testedNames(catalog)
  if (found.length === 0) throw noMatch(where, 'relation', didYouMean(pattern.replaceAll('*', ''), names))
  if (!isIntent(intent)) return
  const tables = found.filter(({ view }) => view === null)
  if (tables.length === 0) refuseOwner(pattern, intent, OF_A_VIEW, 'Declare it of those.')
  for (const key of ['owner', 'tenant'] as const) {
    const declared = intent[key]
    if (declared === undefined) continue
    const problems = tables.map((relation) => followPath(catalog, relation, declared))
    const [first] = problems
    if (first && 'problem' in first && problems.every((one) => 'problem' in one))
      throw new HarnessError(
        'CONFIG_INVALID',
        `${where}.${key}: ${first.problem}, nor of any other relation that it matches`,
        {
          hint: first.hint,
        },
      )
  }
}

const noMatch = (where: string, what: string, hint: string | undefined): HarnessError =>
  new HarnessError('CONFIG_INVALID', `${where}: there is no ${what} like it`, {
    hint: hint ?? 'Write it as schema.name, with * for any characters.',
  })

function checkIntent(
  catalog: Catalog,
  relation: Relation,
  intent: Config['expect'][string],
  name: string,
): void {
  if (!isIntent(intent)) return
  if (relation.view) refuseOwner(name, intent, OF_A_VIEW, 'Declare it of those.')
  for (const key of ['owner', 'tenant'] as const) {
    const declared = intent[key]
    if (declared === undefined) continue
    const followed = followPath(catalog, relation, declared)
    if (!('problem' in followed)) continue
    const names = relation.columns.map((column) => column.name)
    throw new HarnessError('CONFIG_INVALID', `expect["${name}"].${key}: ${followed.problem}`, {
      hint: didYouMean(declared, names) ?? followed.hint,
    })
  }
}

/** Whether a name of the configuration is that of a function. @throws HarnessError CONFIG_INVALID where it is like one, and none */
function checkFunction(catalog: Catalog, name: string, intent: Config['expect'][string]): boolean {
  if (!name.includes('(')) return false
  const signatures = catalog.routines.map(({ signature }) => signature)
  if (!signatures.includes(name))
    throw new HarnessError('CONFIG_INVALID', `expect["${name}"]: there is no function ${name}`, {
      hint: didYouMean(name, signatures) ?? 'Write it as schema.name(type,type), as the report does.',
    })
  refuseCommands(name, intent)
  return true
}

function refuseCommands(name: string, intent: Config['expect'][string]): void {
  if (isIntent(intent))
    throw new HarnessError('CONFIG_INVALID', `expect["${name}"]: a function has no commands`, {
      hint: `Write who may reach other people’s rows through it: '${name}': 'everyone'.`,
    })
}

const OF_A_VIEW = 'whose the rows of a view are follows from the tables behind it'

function refuseOwner(
  name: string,
  intent: Config['expect'][string],
  why: string,
  hint = 'Declare who may select, insert, update and delete.',
): void {
  const key = isIntent(intent)
    ? (['owner', 'tenant', 'shared'] as const).find((one) => intent[one] !== undefined)
    : undefined
  if (key !== undefined)
    throw new HarnessError('CONFIG_INVALID', `expect["${name}"].${key}: ${why}`, { hint })
}

const testedNames = (catalog: Catalog): readonly string[] =>
  catalog.relations.filter(({ schema }) => catalog.tested.includes(schema)).map(({ qualified }) => qualified)

function requireRelation(catalog: Catalog, name: string, where: string): Relation {
  const relation = relationByName(catalog, name)
  if (relation) return relation
  throw new HarnessError('CONFIG_INVALID', `${where}: there is no relation ${name}`, {
    hint: didYouMean(name, testedNames(catalog)) ?? 'Write it as schema.name, without quotes.',
  })
}

function requireColumn(relation: Relation, column: string, where: string): void {
  const names = relation.columns.map(({ name }) => name)
  if (names.includes(column)) return
  throw new HarnessError('CONFIG_INVALID', `${where}: "${column}" is not a column of ${relation.qualified}`, {
    hint: didYouMean(column, names) ?? `Its columns are ${names.join(', ')}.`,
  })
}
