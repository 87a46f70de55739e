import { introspect } from './catalog/introspect.ts'
import { Connection } from './database/connection.ts'
import { declareSchema } from './declare/declare.ts'
import type { Catalog, Relation } from './domain/catalog.ts'
import type { Config } from './domain/config.ts'
import { HarnessError } from './errors.ts'
import { PLATFORM_SCHEMAS } from './platform/install.ts'
import { prepare } from './prepare.ts'
import type { RunContext } from './run.ts'
import { rolesFor } from './scope.ts'

/** Schemas of the platform that policies and tests name: people, files, topics, and what extensions keep for projects. */
const NAMED_BY_TESTS: readonly string[] = ['auth', 'storage', 'realtime']
const KEPT_BY_EXTENSIONS: readonly string[] = ['cron', 'net', 'pgmq', 'vault']

/**
 * The types of a project's schema as a declaration file: migrates, or starts from the cached cluster, and introspects.
 *
 * @throws HarnessError where the project cannot be migrated, or the migrations leave nothing to declare
 */
export async function declareTypes(config: Config, context: RunContext): Promise<string> {
  await using prepared = await prepare(config, {
    ...context,
    onProgress: (name) => context.progress({ kind: 'step', name }),
  })
  try {
    await using connection = await Connection.open(prepared.target)
    const options = { ...rolesFor(config), platformSchemas: PLATFORM_SCHEMAS }
    const catalog = await withFacts(connection, await introspect(connection, options))
    const own = schemasIn(catalog).filter((schema) => !PLATFORM_SCHEMAS.includes(schema))
    if (own.length === 0) throw nothingToDeclare()
    const functions = [...own, ...NAMED_BY_TESTS]
    return declareSchema(catalog, { relations: [...functions, ...KEPT_BY_EXTENSIONS], functions })
  } catch (error) {
    throw await prepared.causeOf(error)
  }
}

const schemasIn = ({ relations, routines }: Catalog): readonly string[] => [
  ...new Set([...relations, ...routines].map(({ schema }) => schema)),
]

const UNCHECKED =
  "select conrelid::int8 as relation, conname as name from pg_constraint where contype = 'c' and not convalidated"

const DEFAULTED = `select a.attrelid::int8 as relation, a.attname as name
  from pg_attribute a join pg_type t on t.oid = a.atttypid where t.typtype = 'd' and t.typdefault is not null`

type Named = readonly { readonly relation: number; readonly name: string }[]

/** CHECKs that some row may break (NOT VALID, NOT ENFORCED) narrow no type, and defaults of domains are defaults. */
async function withFacts(connection: Connection, catalog: Catalog): Promise<Catalog> {
  const keys = async (query: string): Promise<ReadonlySet<string>> => {
    const rows: Named = await connection.rows<Named[number]>(query)
    return new Set(rows.map(({ relation, name }) => `${relation} ${name}`))
  }
  const unchecked = await keys(UNCHECKED)
  const defaulted = await keys(DEFAULTED)
  const relations = catalog.relations.map((relation): Relation => ({
    ...relation,
    checks: relation.checks.filter(({ name }) => !unchecked.has(`${relation.oid} ${name}`)),
    columns: relation.columns.map((column) =>
      defaulted.has(`${relation.oid} ${column.name}`)
        ? { ...column, default: column.default ?? 'of its domain' }
        : column,
    ),
  }))
  return { ...catalog, relations }
}

function nothingToDeclare(): HarnessError {
  return new HarnessError(
    'NOTHING_JUDGED',
    'there is nothing to declare: the migrations leave no relation or function',
    {
      hint: 'Check that the right migrations were found.',
    },
  )
}
