// Assertions → a pgTAP file, written as favourably as its users can: one transaction, the actor is set where he changes, and
// only what changes rows is taken back.
import { groupOf, rowsIn } from './assertions.mjs'

export function pgTapFile(assertions) {
  let actor = ''
  const parts = assertions.flatMap((one) => {
    const isSame = groupOf(one) === actor
    actor = groupOf(one)
    return [...(isSame ? [] : becomes(one)), ...attempt(one)]
  })
  return [
    'begin;',
    'set local search_path = public, extensions;',
    `select plan(${assertions.length});`,
    'savepoint attempt;',
    ...parts,
    'reset role;',
    'select * from finish();',
    'rollback;',
    '',
  ].join('\n')
}

/** What is taken back goes back to the savepoint, the role among it: one savepoint for all that an actor does on a table. */
const becomes = ({ role, claims }) => [
  'release attempt;',
  `set local role ${role};`,
  `set local request.jwt.claims to '${claims.replaceAll("'", "''")}';`,
  'savepoint attempt;',
]

function attempt(one) {
  const isUndone = one.before !== '' || (!one.isRead && rowsIn(one.expected) > 0)
  return [
    ...(one.before === '' ? [] : [`reset role;\n${one.before};\nset local role ${one.role};`]),
    assertion(one),
    ...(isUndone ? ['rollback to attempt;'] : []),
  ]
}

/** An error, nothing, or so many rows. */
function assertion({ statement, isRead, expected }) {
  const rows = rowsIn(expected)
  if (rows === null) return `select throws_ok(${quoted(statement)}, '${expected}');`
  const query = isRead ? statement : `${statement} returning 1`
  if (rows === 0) return `select is_empty(${quoted(query)});`
  const count = isRead
    ? `select count(*)::int from (${query}) attempted`
    : `with attempted as (${query}) select count(*)::int from attempted`
  return `select results_eq(${quoted(count)}, array[${rows}]);`
}

const quoted = (text) => `$attempt$${text}$attempt$`
