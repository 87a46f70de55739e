import type { Report } from '../domain/report.ts'
import { COMMANDS, STANDINGS } from '../domain/vocabulary.ts'
import { inertJson } from './text.ts'

/** The order of fields, as docs and schema list them; what is not listed follows, sorted by name. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  report: words(
    'schemaVersion tool run outcome sources relations functions storage actors tenants rows seeding probes coverage platformGrants findings groups lock notices summary',
  ),
  tool: words('name version'),
  run: words(
    'seed engine platform extensions apiPrivileges durationMs steps peakMemoryMb identity lenient git shard shards narrowed',
  ),
  engine: words('kind version'),
  platform: words('name why'),
  lenient: words('failed'),
  failed: words('file line statement sqlstate message about'),
  extensions: words('name how version usedBy'),
  steps: words('name ms'),
  sources: words('tool files notes'),
  files: words('path sha256 notes'),
  relations: words(
    'name scope kind exposed file line rowSecurity policies privileges ownership access cells',
  ),
  policies: words('name command permissive roles using withCheck file line open relation policy side atoms'),
  privileges: words('role commands'),
  rowSecurity: words('enabled forced'),
  ownership: words('kind path evidence'),
  access: [...COMMANDS, ...words('execute reads writes')],
  reach: STANDINGS,
  cells: STANDINGS,
  anon: COMMANDS,
  foreign: COMMANDS,
  team: COMMANDS,
  own: COMMANDS,
  functions: words('name securityDefiner'),
  storage: words('buckets'),
  buckets: words('id public fileSizeLimit allowedMimeTypes'),
  actors: words('name role tenant claims'),
  seeding: words('tables empty withoutTriggers'),
  empty: words('relation reason'),
  probes: words('columns rows'),
  coverage: words('planned executed untested'),
  untested: words('relation scope command actor reason accepted'),
  findings: words(
    'id fingerprint code kind severity relation scope command actor title evidence blame reproduction remedy suppressed group',
  ),
  groups: words('id severity title remedy declaration relations'),
  platformGrants: words('command role objects'),
  blame: words('policy statement file line'),
  remedy: words('sql verified'),
  suppressed: words('by reason expires'),
  accepted: words('by reason expires'),
  lock: words('file differences'),
  differences: words('subject aspect before after places'),
  places: words('file line'),
  summary: words('relations probes bySeverity suppressed'),
  bySeverity: words('error warning note'),
}

function words(text: string): readonly string[] {
  return text.split(' ')
}

/** The whole report as JSON: fields in a stable order, two spaces, a newline at the end. */
export function json(report: Report): string {
  return `${inertJson(JSON.stringify(arrange('report', report), null, 2))}\n`
}

/** `field` names what the value is: the key that it stands under, for list entries that of the list. */
function arrange(field: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map((item: unknown) => arrange(field, item))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const order = ORDER[field] ?? []
  const entries = Object.entries(value).sort(([a], [b]) => rank(order, a) - rank(order, b) || byCode(a, b))
  // claims and probe values are data: their keys say nothing about what stands under them
  const inner = (key: string): string => (field === 'claims' || field === 'rows' ? field : key)
  return Object.fromEntries(entries.map(([key, item]) => [key, arrange(inner(key), item)]))
}

function rank(order: readonly string[], key: string): number {
  const index = order.indexOf(key)
  return index === -1 ? order.length : index
}

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
