import type { Step } from './steps.ts'

/** What a statement does to the transaction that it runs in. */
export type TransactionStep = 'begins' | 'ends' | 'within' | 'none'

export function transactionStep({ part: { words } }: Step): TransactionStep {
  const [first = '', second = ''] = words
  switch (first) {
    case 'begin':
      return 'begins'
    case 'start':
      return second === 'transaction' ? 'begins' : 'none'
    case 'commit':
    case 'end':
    case 'abort':
    case 'rollback':
      if (words.includes('to')) return 'within'
      return words.includes('chain') && !words.includes('no') ? 'within' : 'ends'
    case 'savepoint':
    case 'release':
      return 'within'
    case 'set':
      return second === 'transaction' ? 'within' : 'none'
    case 'prepare':
      return second === 'transaction' ? 'ends' : 'none'
    default:
      return 'none'
  }
}

/** PostgreSQL refuses these in a transaction block (PreventInTransactionBlock). */
export function needsAutocommit({ part: { words } }: Step): boolean {
  const [first = '', second = ''] = words
  switch (first) {
    case 'create':
    case 'drop':
      return (second === 'index' || second === 'unique') && words.includes('concurrently')
    case 'reindex':
      return ['concurrently', 'database', 'system', 'schema'].some((word) => words.includes(word))
    case 'cluster':
      return words.length === 1
    case 'vacuum':
      return true
    default:
      return false
  }
}

/** Why the harness never runs the statement: it reaches beyond the throw-away database. */
export function refusal({ part: { words } }: Step): string | undefined {
  const [first = '', second = ''] = words
  if ((first === 'create' || first === 'drop') && (second === 'database' || second === 'tablespace')) {
    return `${first} ${second} is not run: everything happens in a single throw-away database`
  }
  if (first === 'alter' && second === 'system') return 'alter system is not run: it changes the whole server'
  if (first !== 'copy') return undefined
  if (words.includes('program')) return 'copy … program is not run: it starts a program on the server'
  const direction = words.findIndex((word) => word === 'from' || word === 'to')
  const end = words[direction + 1]
  if (end === 'stdin' || end === 'stdout') return undefined
  return 'copy with a file is not run: it reads or writes files of the server'
}

/** SET ROLE and SET SESSION AUTHORIZATION: as the superuser they would succeed and mean nothing afterwards. */
export function choosesRole({ part: { words } }: Step): boolean {
  const [what = '', next = ''] = words.slice(words[1] === 'local' || words[1] === 'session' ? 2 : 1)
  return words[0] === 'set' && (what === 'role' || what === 'authorization' || next === 'authorization')
}
