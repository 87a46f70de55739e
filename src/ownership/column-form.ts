import type { ColumnForm } from '../domain/column-form.ts'
import { bare, child, children, constantOf, nameParts, parseExpression, stringOf } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** A column, and how the key stands in it. */
export interface FormedColumn {
  readonly column: string
  readonly form?: ColumnForm
}

/** The functions of a column that can be read and written, as people may write them. */
export const FORM_EXAMPLES =
  "split_part(path, '/', 1), (storage.foldername(name))[1], data ->> 'user_id', lower(email)"

/** Reads an expression over one column; undefined where it is none of those that are known both ways. */
export function readForm(expression: string): FormedColumn | undefined {
  const node = parseExpression(expression)
  return node ? formOf(node) : undefined
}

function formOf(node: Node): FormedColumn | undefined {
  const inner = bare(node)
  switch (inner.kind) {
    case 'ColumnRef': {
      const column = nameParts(inner, 'fields').at(-1)
      return column === undefined ? undefined : { column }
    }
    case 'FuncCall':
      return callForm(inner)
    case 'A_Indirection':
      return elementForm(inner)
    case 'A_Expr':
      return memberForm(inner)
    default:
      return undefined
  }
}

const plainColumn = (node: Node | undefined): string | undefined => {
  const found = node && formOf(node)
  return found?.form === undefined ? found?.column : undefined
}

function callForm(call: Node): FormedColumn | undefined {
  const name = nameParts(call, 'funcname').at(-1)
  const [of, separator, index] = children(call, 'args')
  const column = plainColumn(of)
  if (column === undefined) return undefined
  if (name === 'lower') return { column, form: { kind: 'lower' } }
  if (name !== 'split_part') return undefined
  return partForm(column, constantOf(separator), constantOf(index))
}

function partForm(column: string, separator: unknown, index: unknown): FormedColumn | undefined {
  if (typeof separator !== 'string' || separator === '') return undefined
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 1) return undefined
  return { column, form: { kind: 'part', separator, index } }
}

/** `(storage.foldername(name))[1]`, `(string_to_array(path, '/'))[2]`. */
function elementForm(node: Node): FormedColumn | undefined {
  const list = child(node, 'arg')
  const [at] = children(node, 'indirection')
  const call = list && bare(list)
  if (call?.kind !== 'FuncCall' || !at) return undefined
  const [of, separator] = children(call, 'args')
  const column = plainColumn(of)
  const index = constantOf(child(at, 'uidx'))
  if (column === undefined) return undefined
  switch (nameParts(call, 'funcname').at(-1)) {
    case 'foldername':
      return partForm(column, '/', index)
    case 'string_to_array':
      return partForm(column, constantOf(separator), index)
    default:
      return undefined
  }
}

/** `data ->> 'user_id'`, `data -> 'author' ->> 'id'`, `data #>> '{author,id}'`. */
function memberForm(node: Node): FormedColumn | undefined {
  const operator = children(node, 'name').map(stringOf).join('')
  const left = child(node, 'lexpr')
  const key = constantOf(child(node, 'rexpr'))
  const of = left && formOf(left)
  if (!of || typeof key !== 'string') return undefined
  if (of.form !== undefined && of.form.kind !== 'member') return undefined
  const before = of.form?.path ?? []
  if (operator === '->' || operator === '->>')
    return { column: of.column, form: { kind: 'member', path: [...before, key] } }
  const list = /^\{(.+)\}$/.exec(key)?.[1]
  return operator === '#>>' && list !== undefined
    ? {
        column: of.column,
        form: { kind: 'member', path: [...before, ...list.split(',').map((one) => one.trim())] },
      }
    : undefined
}
