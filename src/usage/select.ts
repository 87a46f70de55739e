import type { SelectItem } from '../domain/usage.ts'

/**
 * Reads `select('…')` as PostgREST does ("Vertical Filtering", "Resource Embedding"): columns, aliases, casts, JSON
 * arrows, aggregates, embedded and spread relations with hints. White space counts inside of quotes only.
 * @returns null where the text is none that PostgREST could read
 */
export function parseSelect(text: string): readonly SelectItem[] | null {
  const reader = { text: withoutSpace(text), at: 0 }
  const items = readItems(reader)
  return items !== null && reader.at === reader.text.length ? items : null
}

interface Reader {
  readonly text: string
  at: number
}

const withoutSpace = (text: string): string =>
  text.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, (_, quoted: string | undefined) => quoted ?? '')

function readItems(reader: Reader): readonly SelectItem[] | null {
  const items: SelectItem[] = []
  for (;;) {
    const item = readItem(reader)
    if (item === null) return null
    items.push(...item)
    if (reader.text[reader.at] !== ',') return items
    reader.at++
  }
}

function readItem(reader: Reader): readonly SelectItem[] | null {
  const head = readHead(reader)
  if (reader.text[reader.at] !== '(') return columnOf(head)
  reader.at++
  if (reader.text[reader.at] === ')') {
    reader.at++
    return closeEmpty(reader, head)
  }
  const items = readItems(reader)
  if (items === null || reader.text[reader.at] !== ')') return null
  reader.at++
  return embedOf(head, items)
}

/** Everything up to the next bracket or comma that no quotes hide. */
function readHead(reader: Reader): string {
  const found = /^(?:"(?:[^"\\]|\\.)*"|[^"(),])*/.exec(reader.text.slice(reader.at))?.[0] ?? ''
  reader.at += found.length
  return found
}

const AGGREGATE = /^(?:(.+)\.)?(?:count|sum|avg|min|max)$/

/** `amount.sum()` and `count()`; an embedded relation without columns filters, and shows nothing. */
function closeEmpty(reader: Reader, head: string): readonly SelectItem[] | null {
  const { name } = withoutAlias(head)
  const aggregate = AGGREGATE.exec(name)
  if (aggregate === null) return embedOf(head, [])
  readHead(reader)
  return aggregate[1] === undefined ? [] : columnOf(aggregate[1])
}

function columnOf(head: string): readonly SelectItem[] | null {
  const { name } = withoutAlias(head)
  const column = columnName(name)
  if (column === null) return null
  // `count` alone is the old way to write count()
  return column === '*' || column === 'count' ? [] : [{ kind: 'column', name: column }]
}

/** The column of `data->a->>b::text`, or null where there is none. */
export function columnName(text: string): string | null {
  const [name = ''] = /^(?:"(?:[^"\\]|\\.)*"|(?!->|::).)+/.exec(text) ?? []
  return name === '' ? null : unquoted(name)
}

function embedOf(head: string, items: readonly SelectItem[]): readonly SelectItem[] | null {
  const { alias, name } = withoutAlias(head.replace(/^\.\.\./, ''))
  const [target = '', ...modifiers] = name.split('!')
  if (target === '') return null
  const hint = modifiers.find((one) => one !== 'inner' && one !== 'left') ?? null
  return [
    { kind: 'embed', target: unquoted(target), alias, hint: hint === null ? null : unquoted(hint), items },
  ]
}

/** `alias:name`, but not the colons of a cast. */
function withoutAlias(head: string): { readonly alias: string | null; readonly name: string } {
  const { alias, name } =
    /^(?<alias>(?:"(?:[^"\\]|\\.)*"|[^":])+):(?!:)(?<name>.*)$/s.exec(head)?.groups ?? {}
  return alias === undefined || name === undefined
    ? { alias: null, name: head }
    : { alias: unquoted(alias), name }
}

const unquoted = (name: string): string =>
  name.startsWith('"') && name.endsWith('"') && name.length > 1
    ? name.slice(1, -1).replaceAll(/\\(.)/g, '$1')
    : name

/** The columns that `or('a.eq.1,and(b.gt.2,not.or(c.is.null))')` compares, embedded ones with their dots. */
export function parseLogic(text: string): readonly string[] {
  return partsOf(text).flatMap((part) => {
    const group = /^\s*(?:not\.)?(?:and|or)\((.*)\)\s*$/s.exec(part)?.[1]
    if (group !== undefined) return parseLogic(group)
    const column = COMPARISON.exec(part.trim())?.[1]
    return column === undefined ? [] : [column]
  })
}

const OPERATORS =
  'eq|neq|gte?|lte?|i?like|i?match|in|is|isdistinct|fts|plfts|phfts|wfts|cs|cd|ov|sl|sr|nxr|nxl|adj'
// the first operator that stands between dots ends the column
const COMPARISON = new RegExp(
  String.raw`^((?:"(?:[^"\\]|\\.)*"|[^"])+?)\.(?:not\.)?(?:${OPERATORS})(?:\([^)]*\))?\.`,
  's',
)

/** Parts between commas that neither brackets, braces nor quotes hide. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|[\s\S]/g)) {
    if (piece === '(' || piece === '{') depth++
    if (piece === ')' || piece === '}') depth--
    if (piece === ',' && depth === 0) {
      parts.push(part)
      part = ''
    } else part += piece
  }
  return [...parts, part]
}
