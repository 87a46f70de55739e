import type { SourceConfig } from '../../domain/config.ts'

/** Where the SQL of a source is, as people write it. */
export function placeOf(source: SourceConfig): string {
  if ('sql' in source) return source.sql.join(', ')
  if ('command' in source) {
    const { command, cwd } = source
    return `${typeof command === 'string' ? command : command.join(' ')}${cwd === undefined ? '' : ` in ${cwd}`}`
  }
  return source.dir ?? source.tool
}

/** A source as it stands in a configuration. */
export function written(source: SourceConfig): string {
  if ('sql' in source) return `{ sql: [${source.sql.map(quoted).join(', ')}] }`
  if ('command' in source) return `{ ${entriesOf(source).join(', ')} }`
  return `{ tool: '${source.tool}', dir: ${quoted(source.dir ?? '')} }`
}

function entriesOf(source: object): readonly string[] {
  return Object.entries(source).map(([key, value]: [string, unknown]) => `${nameOf(key)}: ${literal(value)}`)
}

function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  return typeof value === 'object' && value !== null ? `{ ${entriesOf(value).join(', ')} }` : String(value)
}

const nameOf = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key))

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`

/** The key of a configuration that names these, for a person to copy. */
export const migrationsKey = (sources: readonly SourceConfig[]): string =>
  `  migrations: [\n${sources.map((source) => `    ${written(source)},\n`).join('')}  ],`
