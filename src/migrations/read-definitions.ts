import type { Source } from '../domain/source.ts'
import { readGrants } from '../sql/grants.ts'
import { child, children, constantOf, parseStatements, plpgsqlQueries, stringOf, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { BlameRecord } from './blame.ts'
import { readDefinition } from './definition.ts'
import { KnownNames } from './known-names.ts'
import { stepsOf } from './steps.ts'

/**
 * Where the migrations define what, read from their text: for servers on which nobody may record it. What only comes
 * about while a block or a function runs is not seen.
 */
export function readDefinitions(
  sources: readonly Source[],
  context: Parameters<typeof stepsOf>[1],
): readonly BlameRecord[] {
  const names = new KnownNames()
  return sources.flatMap(({ files }) =>
    files.flatMap((file) => {
      names.startFile()
      return stepsOf(file, context).flatMap(({ file: path, part, text }) => {
        const place = { file: path, line: part.line, tag: part.words.slice(0, 2).join(' ').toUpperCase() }
        return readText(text, names).map((said) => ({ ...place, ...said, classId: null, objectId: null }))
      })
    }),
  )
}

type Said = Pick<BlameRecord, 'objectType' | 'identity' | 'statement'>

function readText(text: string, names: KnownNames): readonly Said[] {
  return (parseStatements(text) ?? []).flatMap((node): readonly Said[] => {
    if (node.kind === 'GrantStmt' || node.kind === 'AlterDefaultPrivilegesStmt') return [granted(text)]
    if (node.kind === 'DoStmt')
      return [
        ...blocksOf(node).flatMap((query) =>
          readText(query, names).filter(({ identity }) => identity !== null),
        ),
        ...(readGrants(text).length > 0 ? [granted(text)] : []),
      ]
    return readDefinition(node, names).map((made) => ({ ...made, statement: null }))
  })
}

const granted = (statement: string): Said => ({ objectType: 'TABLE', identity: null, statement })

/** Statements of a block, as far as they stand there; also those that it executes as a constant. */
function blocksOf(node: Node): readonly string[] {
  return [...walk(node)].flatMap((part) => {
    const body = stringOf(part) ?? ''
    const queries = plpgsqlQueries(
      `create function f() returns void language plpgsql as $rls_harness$${body}$rls_harness$`,
    )
    return (queries ?? []).flatMap((query) => [query, ...executed(query)])
  })
}

function executed(query: string): readonly string[] {
  const target = parseStatements(`select ${query}`)?.[0]
  const value = target && children(target, 'targetList')[0]
  const constant = value && constantOf(child(value, 'val'))
  return typeof constant === 'string' ? [constant] : []
}
