import { OBJECT_KINDS } from '../domain/drift.ts'
import type { SchemaObject } from '../domain/drift.ts'
import { changesBetween, keyOf } from './compare.ts'
import type { Change } from './compare.ts'
import { alterSql } from './patch-alter.ts'
import { createSql } from './patch-create.ts'
import { dropSql } from './patch-drop.ts'
import type { PatchTarget } from './sql-names.ts'

/** One message to the server, and the object that it is for. */
export interface PatchStatement {
  readonly key: string
  readonly sql: string
}

/**
 * The SQL that brings `current` closer to `wanted`: first what goes, then what comes, each in the order of its kind.
 * What a statement needs may come later (a function that returns rows of a table), and what a drop takes along is
 * missing afterwards: whoever runs it tries again what failed, looks at what is there now, and asks again.
 */
export function patchFor(target: PatchTarget): readonly PatchStatement[] {
  const changes = changesBetween(target.current.objects, target.wanted.objects)
  const made = new Set(
    changes.flatMap(({ state, after }) =>
      after?.kind === 'table' && (state === 'extra' || state === 'different') ? [after.relation] : [],
    ),
  )
  const steps = changes.flatMap((change) => {
    const object = change.after ?? change.before
    // a new table has all of its columns
    if (change.state === 'extra' && object.kind === 'column' && made.has(object.relation)) return []
    const { drops, creates } = statementsFor(change, target)
    const of = (sql: string): PatchStatement => ({ key: keyOf(object), sql })
    return [
      ...drops.map((sql) => ({ order: -rankOf(object), statement: of(sql) })),
      ...creates.map((sql) => ({ order: rankOf(object), statement: of(sql) })),
    ]
  })
  return steps.sort((a, b) => a.order - b.order).map(({ statement }) => statement)
}

function statementsFor(change: Change, target: PatchTarget): ReturnType<typeof alterSql> {
  switch (change.state) {
    case 'missing':
      return { drops: dropSql(change.before, target), creates: [] }
    case 'extra':
      return { drops: [], creates: createSql(change.after, target) }
    case 'different':
      return alterSql(change.before, change.after, target)
  }
}

/** From 1 on, so that drops come before everything else; foreign keys behind the keys that they refer to. */
function rankOf({ kind, extra }: SchemaObject): number {
  const rank = OBJECT_KINDS.indexOf(kind) + 1
  return extra['type'] === 'f' ? rank + 0.5 : rank
}
