import type { Argument, Routine } from '../../domain/catalog.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../../sql/quote.ts'

/** An argument that is left to its default. */
export const OMITTED = Symbol('omitted')
export type Given = unknown

/** The statement that calls a function as an application would: by name where the arguments have names. */
export function callSql(routine: Routine, values: readonly Given[]): string {
  const given = routine.arguments.flatMap((argument, at) =>
    values[at] === OMITTED ? [] : [argumentSql(argument, values[at])],
  )
  const call = `${quoteQualified(routine.schema, routine.name)}(${given.join(', ')})`
  if (routine.kind === 'procedure') return `call ${call}`
  if (routine.returns === 'refcursor')
    return routine.returnsSet
      ? `select cursor_to_xml(c, ${MOST_ROWS}, false, false, '')::text as row from ${call} c`
      : `select cursor_to_xml(${call}, ${MOST_ROWS}, false, false, '')::text as row`
  // what has no columns that are known cannot stand behind FROM; void cannot be turned into JSON
  if (routine.returnsRecord) return `select (${call})::text as row limit ${MOST_ROWS}`
  if (routine.returns === 'void') return `select ${call} as row`
  return `select to_jsonb(r) as row from ${call} r limit ${MOST_ROWS}`
}

const MOST_ROWS = 1_000

function argumentSql(argument: Argument, value: unknown): string {
  const sql = valueSql(argument, value)
  const name = argument.name === null ? '' : `${quoteName(argument.name)} => `
  return argument.variadic ? `variadic ${name}${sql}` : `${name}${sql}`
}

function valueSql({ type, baseType, array, composite, pseudo }: Argument, value: unknown): string {
  const cast = pseudo ? '::text' : `::${type}`
  if (value === null || value === undefined) return `null${cast}`
  if (composite && Array.isArray(value)) {
    const rows = `jsonb_populate_recordset(null::${type.replace(/\[\]$/, '')}, ${quoteLiteral(JSON.stringify(value))})`
    return `(select array_agg(r) from ${rows} r)${cast}`
  }
  if (/^jsonb?$/.test(baseType) && !array) return `${quoteLiteral(JSON.stringify(value))}${cast}`
  if (array || Array.isArray(value)) {
    const items = (Array.isArray(value) ? value : [value]).map((item) => quoteItem(textOf(item)))
    return `${quoteLiteral(`{${items.join(',')}}`)}${cast}`
  }
  if (composite && typeof value === 'object')
    return `jsonb_populate_record(null${cast}, ${quoteLiteral(JSON.stringify(value))})`
  return `${quoteLiteral(textOf(value))}${cast}`
}

/** An element of an array literal (manual, "Array Input and Output Syntax"). */
const quoteItem = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
