export const DEFAULT_SCHEMA = 'public'

/** Names that people give to clients, and to what makes them. */
export const CLIENT_NAME = /supabase|^(?:sb|supa|spb)(?:client|admin|server)?$/i
export const CLIENT_TYPE = /supabase|postgrestclient|^createClient$/i
export const MAKER =
  /supabase|^create(?:Browser|Server|Admin|Service|ServiceRole|Anon|Public|Client|Route|Middleware|Action|Pages)*(?:Component|Handler|Action|Role)?Client$/i
/** Libraries whose builders look alike. */
export const FOREIGN =
  /knex|kysely|drizzle|sequelize|typeorm|mikro-orm|objection|bookshelf|prisma|mongo|redis|sanity|contentful|dynamo|rxjs|lodash|^d3|^pg$|mysql|sqlite|libsql|clickhouse|elastic|algolia|urql|apollo|graphql|squel|bigquery|neo4j|duckdb|alasql|dayjs|moment|luxon/i

export const COMMANDS: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'upsert', 'delete'])
export const STAYS_CLIENT = /client|admin|supabase|instance|^db$|^value$|^current$/i
export const NOT_QUERIES: ReadonlySet<string> = new Set(['then', 'catch', 'finally'])

export const LITERALS: ReadonlySet<string> = new Set([
  'StringLiteral',
  'NumericLiteral',
  'TemplateLiteral',
  'ArrayExpression',
  'ObjectExpression',
  'RegExpLiteral',
  'NullLiteral',
  'BooleanLiteral',
  'ArrowFunctionExpression',
  'FunctionExpression',
])

/** A package that has nothing to do with PostgREST; aliases of the project's own files are none. */
export const isOtherPackage = (source: string): boolean =>
  /^(?:@[a-z][^/]*\/)?[a-z][^/]*$/.test(source) && !/supabase|postgrest/i.test(source)
