import type { Argument, Relation, Routine } from '../domain/catalog.ts'
import { byCode, literal, member } from './names.ts'
import { readType, writeType } from './values.ts'

/** One function as a member of GeneratedFunctions, indented by four. */
export function declareRoutine(routine: Routine, relations: readonly Relation[]): string {
  const given = routine.arguments
    .filter(({ placeholder }) => !placeholder)
    .map((argument, index) => ({ ...argument, called: argument.name ?? String(index + 1) }))
    .sort((a, b) => byCode(a.called, b.called))
    .map(({ called, ...argument }) => {
      const mark = argument.hasDefault ? '?' : ''
      return `        ${member(called)}${mark}: ${typeOfArgument(argument)}`
    })
  const list = given.length === 0 ? 'Record<never, never>' : `{\n${given.join('\n')}\n      }`
  return [
    `    ${literal(routine.signature)}: {`,
    `      arguments: ${list}`,
    `      returns: ${typeOfResult(routine, relations)}`,
    '    }',
  ].join('\n')
}

function typeOfArgument({ pseudo, composite, baseType, array, labels }: Argument): string {
  if (pseudo || composite) return 'unknown'
  const type = writeType({ baseType, array, texts: labels })
  return type === 'unknown' ? type : `${type} | null`
}

/** Types whose values the harness reads as such, by the name that format_type() gives them. */
const SCALARS: Readonly<Record<string, string>> = {
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  oid: 'oid',
  json: 'json',
  jsonb: 'jsonb',
}

const TEXTS =
  /^(text|uuid|name|date|numeric|real|double precision|bytea|interval|inet|character varying|character|(timestamp|time) with(out)? time zone)$/

/** A relation's row where it returns that; what else has fields or labels of its own is not known here. */
function typeOfResult({ returns }: Routine, relations: readonly Relation[]): string {
  const scalar = SCALARS[returns]
  if (scalar !== undefined) {
    const type = readType({ baseType: scalar, array: false, texts: null })
    return type === 'unknown' ? type : `${type} | null`
  }
  if (TEXTS.test(returns) || returns.endsWith('[]')) return 'string | null'
  const relation = relations.find(({ schema, name }) => printed(schema, name).includes(returns))
  return relation ? `GeneratedRelations[${literal(relation.qualified)}]['row']` : 'unknown'
}

/** Ways in which format_type() may write a qualified name: it quotes what it must, and that alone. */
function printed(schema: string, name: string): readonly string[] {
  const quoted = (part: string): string => `"${part.replaceAll('"', '""')}"`
  return [schema, quoted(schema)].flatMap((left) => [name, quoted(name)].map((right) => `${left}.${right}`))
}
