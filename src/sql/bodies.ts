import type { Routine } from '../domain/catalog.ts'
import { parseExpression, parseStatements, plpgsqlQueries } from './parse.ts'
import type { Node } from './parse.ts'
import { withPlainTypes } from './plpgsql.ts'

const known = new WeakMap<Routine, readonly Node[]>()

/** The SQL inside a function; a body that does not parse is opaque and gives nothing. */
export function bodyTrees(routine: Routine): readonly Node[] {
  const trees = known.get(routine) ?? readBody(routine)
  known.set(routine, trees)
  return trees
}

function readBody(routine: Routine): readonly Node[] {
  switch (routine.language) {
    case 'sql':
      return parseStatements(withoutFrame(routine.body)) ?? []
    case 'plpgsql':
      return plpgsqlTrees(routine)
    default:
      return []
  }
}

/** `return …` and `begin atomic … end`, as bodies in standard SQL stand there. */
export function withoutFrame(body: string): string {
  const [, inner] = /^\s*begin\s+atomic\b(.*)\bend\s*;?\s*$/is.exec(body) ?? []
  return (inner ?? body).replace(/^\s*return\b/i, 'select')
}

function plpgsqlTrees(routine: Routine): readonly Node[] {
  const returns = routine.isTrigger ? 'trigger' : routine.returnsSet ? 'setof record' : routine.returns
  // there are no arguments here that they could stand for
  const plain = routine.body.replace(/("[^"]+"|\w+)\s+alias\s+for\s+[^;]+;/gi, '')
  for (const body of [plain, withPlainTypes(plain)])
    for (const type of [returns, 'text']) {
      const queries = plpgsqlQueries(
        `create function f() returns ${type} language plpgsql as $rls_harness$${body}$rls_harness$`,
      )
      if (queries)
        return queries
          .map(withoutTarget)
          .flatMap((query) => parseStatements(query) ?? parseExpression(query) ?? [])
    }
  return []
}

/** `v_role := (select …)` is an expression behind its target. */
function withoutTarget(query: string): string {
  return query.replace(/^\s*[\w".]+\s*:=/, '')
}
