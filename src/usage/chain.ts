import type * as t from '@babel/types'
import { bare, keyName } from './nodes.ts'
import type { Located, Scope } from './scope.ts'

/** One `.name` or `.name(…)` of a chain. */
export interface Link {
  readonly name: string
  /** null: not called */
  readonly arguments: readonly t.Node[] | null
  readonly node: t.Node
}

/** `base.a.b(…).c(…)`, with where it stands. */
export interface Chain {
  readonly base: t.Node
  /** the arguments that the base itself is called with: `createClient(…).from(…)` */
  readonly baseArguments: readonly t.Node[] | null
  readonly links: readonly Link[]
  readonly scope: Scope
}

/** Takes calls and members apart, whatever TypeScript says between them. */
export function chainOf({ node, scope }: Located): Chain {
  const links: Link[] = []
  let here = bare(node)
  let called: readonly t.Node[] | null = null
  for (;;) {
    if (here.type === 'AwaitExpression') {
      // `(await createClient()).from(…)`
      if (called) break
      here = bare(here.argument)
    } else if (here.type === 'CallExpression' || here.type === 'OptionalCallExpression') {
      if (called) break
      called = here.arguments
      here = bare(here.callee)
    } else if (here.type === 'MemberExpression' || here.type === 'OptionalMemberExpression') {
      links.unshift({
        name: keyName(here.property, here.computed) ?? '?',
        arguments: called,
        node: here.property,
      })
      called = null
      here = bare(here.object)
    } else break
  }
  return { base: here, baseArguments: called, links, scope }
}
