import type { Report, ReportedRelation } from '../domain/report.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import { key, literal } from './literal.ts'

/** A first suite: everything that `check` tries, and one test by hand, on a relation of the project where one is suited. */
export function suiteText(report: Report | null): string {
  const relation = report === null ? undefined : exampleIn(report)
  const example = relation === undefined ? REMARK : exampleOf(relation)
  const names = relation === undefined ? 'describeIsolation' : 'describeIsolation, expect, test'
  return `import { ${names} } from 'rls-harness/vitest'

// Everything that \`rls-harness check\` tries: a test per relation, command and actor.
describeIsolation()

${example}`
}

const REMARK = `// What only you know, you write down as a test of its own (import expect and test as well):
//
// test('a chat is seen by its owner alone', async ({ alice, carol, seed }) => {
//   await seed('public.chats', { owner: alice })
//   await expect(alice).toSee('public.chats', { user_id: alice.id })
//   await expect(carol).not.toSee('public.chats', { user_id: alice.id })
// })
`

function exampleOf(relation: ReportedRelation): string {
  const { name, ownership } = relation
  const isUsers = ownership.kind === 'user'
  const [who, fixtures] = isUsers ? ['alice', 'alice, carol'] : ['acme', 'alice, carol, acme']
  const where = `{ ${key(ownership.path[0] ?? 'id')}: ${who}.id }`
  const title = isUsers
    ? `a row of ${name} is seen by its owner, and by no stranger`
    : `rows of ${name} stay within their tenant`
  const remove = canDelete(relation)
    ? `  await expect(carol).not.toAffect('delete', ${literal(name)}, ${where})\n`
    : ''
  return `// What only you know, you write down: people, a row, and who may do what with it. alice and bob are of one tenant where
// there are tenants, carol is a stranger to both.
test(${literal(title)}, async ({ ${fixtures}, seed }) => {
  await seed(${literal(name)}, { ${isUsers ? 'owner' : 'tenant'}: ${who} })
  await expect(alice).toSee(${literal(name)}, ${where})
  await expect(carol).not.toSee(${literal(name)}, ${where})
${remove}})
`
}

const canDelete = ({ cells }: ReportedRelation): boolean =>
  cells.own.delete === 'open' && cells.foreign.delete === 'closed'

/** The relation that shows most: a table whose own column says whose a row is, closed to strangers, open to its owner. */
function exampleIn({ relations }: Report): ReportedRelation | undefined {
  const suited = relations.filter(
    ({ kind, scope, ownership, cells }) =>
      kind === 'table' &&
      scope === undefined &&
      ['user', 'tenant'].includes(ownership.kind) &&
      isOwnColumn(ownership.path) &&
      cells.own.select === 'open' &&
      ['closed', 'leak'].includes(cells.foreign.select),
  )
  return suited.toSorted((one, other) => weight(other) - weight(one))[0]
}

/** A path of one step, not over other relations, and not the user's or tenant's own row. */
const isOwnColumn = ([column, ...others]: readonly string[]): boolean =>
  column !== undefined && others.length === 0 && !column.includes(' ') && column !== 'id'

function weight({ ownership, cells }: ReportedRelation): number {
  const shown = COMMANDS.filter(
    (command) => cells.own[command] === 'open' && cells.foreign[command] === 'closed',
  )
  return shown.length + (ownership.kind === 'user' ? 4 : 0)
}
