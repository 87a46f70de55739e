import type { Argument, Routine } from '../domain/catalog.ts'
import type { RawRoutine } from './raw.ts'

const ROUTINE_KINDS = { f: 'function', p: 'procedure', a: 'aggregate', w: 'window' } as const
const VOLATILITIES = { i: 'immutable', s: 'stable', v: 'volatile' } as const

export function buildRoutine(raw: RawRoutine): Routine {
  return {
    oid: raw.oid,
    schema: raw.schema,
    name: raw.name,
    signature: raw.signature,
    kind: ROUTINE_KINDS[raw.kind],
    language: raw.language,
    body: raw.body,
    securityDefiner: raw.security_definer,
    volatility: VOLATILITIES[raw.volatility],
    returns: raw.returns,
    returnsSet: raw.returns_set,
    argumentCount: raw.argument_count,
    arguments: buildArguments(raw),
    returnsRecord: raw.returns_record,
    owner: raw.owner,
    searchPath: raw.search_path,
    executableBy: raw.executable_by,
    isTrigger: raw.returns === 'trigger' || raw.returns === 'event_trigger',
  }
}

/** Arguments with a default stand last among those that are given (manual, pg_proc.pronargdefaults). */
function buildArguments(raw: RawRoutine): readonly Argument[] {
  const given = raw.arguments.filter(
    ({ mode }) => mode === 'i' || mode === 'b' || mode === 'v' || (mode === 'o' && raw.kind === 'p'),
  )
  const inputs = given.filter(({ mode }) => mode !== 'o')
  return given.map((argument) => ({
    name: argument.name,
    type: argument.type,
    baseType: argument.base_type,
    array: argument.is_array,
    variadic: argument.mode === 'v',
    hasDefault: argument.mode !== 'o' && inputs.indexOf(argument) >= inputs.length - raw.default_count,
    default: argument.default,
    labels: argument.labels,
    relation: argument.relation,
    composite: argument.composite,
    pseudo: argument.pseudo,
    placeholder: argument.mode === 'o',
  }))
}
