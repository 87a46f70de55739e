// The messages of the battery → what they assert: a statement of an actor, and what was made ready for it.

const BACK = 'rollback to before_trial'
const SAVEPOINT = 'savepoint before_trial'
const LOGIN = 'set local session authorization '
const SUPERUSER = [`${LOGIN}default`, 'set local role none']
const CONSTRAINTS = 'set constraints all immediate'

/** Login, role, settings. */
const SESSION = 3

const NOTHING = { assertions: [], after: 0 }

/**
 * Reads the messages of one connection in their order.
 *
 * @returns for each message the assertions in it, none where it is no attempt of a single actor, and the number of
 *   statements that come after them
 */
export function readMessages(texts) {
  let shared = null
  return texts.map((text) => {
    const parts = text.split(';\n')
    if (parts[0] === BACK) return shared === null ? NOTHING : attemptsIn(shared, parts.slice(1))
    const begun = parts.indexOf('begin')
    const session = parts.findIndex((_, index) => begun !== -1 && index > begun && isSession(parts, index))
    if (session === -1) return NOTHING
    const actor = parts.slice(session, session + SESSION)
    const isShared = parts[session + SESSION] === SAVEPOINT
    shared = isShared ? actor : null
    const attempt = parts.slice(session + SESSION + (isShared ? 1 : 0))
    return attemptsIn(actor, attempt, parts.slice(begun + 1, session))
  })
}

const isSession = (parts, index) =>
  parts[index].startsWith(LOGIN) && parts[index + 2]?.startsWith('select set_config(')

function attemptsIn(actor, parts, before = []) {
  if (parts[0] === SUPERUSER[0]) {
    const again = parts.indexOf(actor[0])
    return attemptsIn(actor, parts.slice(again + 2), parts.slice(2, again))
  }
  const end = parts.includes(CONSTRAINTS) ? parts.indexOf(CONSTRAINTS) : parts.length
  const statements = parts.slice(0, end)
  // whoever looks at what somebody else has done makes no attempt of his own
  if (statements.includes(SUPERUSER[0])) return NOTHING
  return {
    assertions: statements.map((statement) => assertionOf(actor, before, statement)),
    after: parts.length - end,
  }
}

function assertionOf(actor, before, statement) {
  const [, role, settings] = actor
  return {
    key: [...actor, ...before, statement].join(';\n'),
    session: actor.join(';\n'),
    role: /"(.*)"$/.exec(role)[1],
    claims: /'request\.jwt\.claims', '((?:[^']|'')*)'/.exec(settings)[1].replaceAll("''", "'"),
    before: before.join(';\n'),
    statement,
    table: /"[^"]+"\."[^"]+"/.exec(statement)?.[0] ?? '',
    isRead: statement.startsWith('select '),
  }
}

/** Each of them once, and those of an actor on a table together, as somebody would write them down. */
export function distinct(assertions) {
  const groups = new Map()
  for (const one of new Map(assertions.map((each) => [each.key, each])).values()) {
    const name = groupOf(one)
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  return [...groups.keys()].sort((a, b) => a.localeCompare(b)).flatMap((name) => groups.get(name))
}

export const groupOf = ({ table, session }) => `${table} ${session}`

/** What answers are compared by: the number of rows, or the SQLSTATE. */
export const wordFor = ({ rows, code }) => code ?? `${rows} rows`

/** null where an error is expected */
export function rowsIn(word) {
  const rows = /^(\d+) rows$/.exec(word)
  return rows && Number(rows[1])
}
