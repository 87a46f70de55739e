import { ask } from './conversation.ts'
import type { Command, Modes, Plain } from './command.ts'
import { deallocate, discardAll } from './deallocate.ts'
import type { Exchange } from './exchange.ts'
import { commandComplete, SYNC } from './messages.ts'
import { deferAgain } from './session-sql.ts'

/** A command that the gateway carries out itself. */
export type Managed = Exclude<Command, Plain>

export const ABORTED = {
  sqlstate: '25P02',
  message: 'current transaction is aborted, commands ignored until end of transaction block',
} as const

/** What a failed transaction still takes. */
export function endsFailure(command: Command): boolean {
  return command.kind === 'commit' || command.kind === 'rollback' || command.kind === 'rollback to'
}

/** Carries out what a client may not do to the line itself. @returns false where the client was told of an error */
export async function operate(exchange: Exchange, command: Managed): Promise<boolean> {
  const { session } = exchange
  if (session.status === 'E' && !endsFailure(command)) return exchange.fail(ABORTED)
  switch (command.kind) {
    case 'begin':
      return begin(exchange, command)
    case 'commit':
      return end(exchange, session.status === 'E' ? 'ROLLBACK' : 'COMMIT', command.chain)
    case 'rollback':
      return end(exchange, 'ROLLBACK', command.chain)
    case 'savepoint':
      return savepoint(exchange, command.name)
    case 'release':
      return release(exchange, command.name)
    case 'rollback to':
      return rollbackTo(exchange, command.name)
    case 'set transaction':
      return setTransaction(exchange, command.modes)
    case 'reset role':
      session.settings.reset('role')
      return done(exchange, 'RESET')
    case 'reset all':
      session.settings.resetAll(new Set(['role']))
      return done(exchange, 'RESET')
    case 'discard all':
      return discardAll(exchange)
    case 'deallocate':
      return deallocate(exchange, command.name)
    case 'refused':
      return exchange.fail(command.refusal)
  }
}

function done(exchange: Exchange, tag: string): true {
  exchange.output.send(commandComplete(tag))
  return true
}

async function releaseStep(exchange: Exchange): Promise<void> {
  const { session } = exchange
  if (session.step === null) return
  await exchange.must(`release savepoint ${session.step}`)
  session.step = null
}

async function begin(
  exchange: Exchange,
  { word, modes }: { readonly word: string; readonly modes: Modes },
): Promise<boolean> {
  const { session } = exchange
  if (session.status === 'T') {
    exchange.warn('25001', 'there is already a transaction in progress')
    return (await setModes(exchange, modes)) && done(exchange, word)
  }
  await open(exchange, modes)
  return done(exchange, word)
}

/** What the same message did before BEGIN belongs to the transaction, as it does on a server. */
async function open(exchange: Exchange, modes: Modes, chained?: boolean): Promise<void> {
  const { session } = exchange
  const before = chained ?? session.settings.current.get('default_transaction_read_only') === 'on'
  // what the same message said of itself before BEGIN holds as well
  const readOnly = modes.readOnly ?? (before || session.readOnly)
  const server = session.step ?? session.newSavepoint()
  await exchange.must(
    ...(session.step === null ? [`savepoint ${server}`] : []),
    ...(readOnly ? ['set transaction read only'] : []),
  )
  session.step = null
  session.begin(server, before, readOnly)
}

async function end(exchange: Exchange, how: 'COMMIT' | 'ROLLBACK', chain: boolean): Promise<boolean> {
  const { session } = exchange
  if (session.status === 'I') return endNothing(exchange, how, chain)
  const [transaction] = session.savepoints
  // after an error, a server has forgotten what was said of the transaction, and knows what it began with
  const readOnly = session.status === 'E' ? transaction?.readOnly : session.readOnly
  if (!transaction) throw new Error('a transaction without a savepoint')
  if (how === 'COMMIT') {
    await releaseStep(exchange)
    // as the actor: triggers that were deferred to the end fire now, and may refuse
    if (session.identity.deferred && !(await exchange.pass(SYNC, [], { final: true, commits: true })))
      return rollbackWhole(exchange, transaction.server)
    await exchange.closePortals()
    await exchange.must(`release savepoint ${transaction.server}`, ...deferAgain(session.identity))
    session.end('committed')
  } else await rollbackWhole(exchange, transaction.server)
  if (chain) await open(exchange, {}, readOnly)
  return done(exchange, how)
}

async function rollbackWhole(exchange: Exchange, savepoint: string): Promise<false> {
  const { session } = exchange
  await exchange.undoTo(savepoint, true)
  await exchange.closePortals()
  session.step = null
  session.end('rolled back')
  return false
}

/** Outside of a transaction, in the middle of a message: what it did so far ends here. */
async function endNothing(exchange: Exchange, how: 'COMMIT' | 'ROLLBACK', chain: boolean): Promise<boolean> {
  const { session } = exchange
  if (chain)
    return exchange.fail({
      sqlstate: '25P01',
      message: `${how} AND CHAIN can only be used in transaction blocks`,
    })
  exchange.warn('25P01', 'there is no transaction in progress')
  if (how === 'ROLLBACK' && session.step !== null) await rollbackWhole(exchange, session.step)
  else {
    await releaseStep(exchange)
    await exchange.closePortals()
    session.end('committed')
  }
  return done(exchange, how)
}

async function savepoint(exchange: Exchange, name: string): Promise<boolean> {
  const { session } = exchange
  if (session.status === 'I') return onlyInBlock(exchange, 'SAVEPOINT')
  await releaseStep(exchange)
  const server = session.newSavepoint()
  await exchange.make(`savepoint ${server}`)
  session.save(name, server)
  return done(exchange, 'SAVEPOINT')
}

function onlyInBlock(exchange: Exchange, what: string): Promise<false> {
  return exchange.fail({ sqlstate: '25P01', message: `${what} can only be used in transaction blocks` })
}

function placeOf(exchange: Exchange, name: string): number {
  return exchange.session.savepoints.findLastIndex((savepoint) => savepoint.name === name)
}

function noSavepoint(exchange: Exchange, name: string): Promise<false> {
  return exchange.fail({ sqlstate: '3B001', message: `savepoint "${name}" does not exist` })
}

async function release(exchange: Exchange, name: string): Promise<boolean> {
  const { session } = exchange
  if (session.status === 'I') return onlyInBlock(exchange, 'RELEASE SAVEPOINT')
  const place = placeOf(exchange, name)
  const found = session.savepoints[place]
  if (!found) return noSavepoint(exchange, name)
  await exchange.must(`release savepoint ${found.server}`)
  session.step = null
  session.readOnly = found.readOnly
  session.savepoints = session.savepoints.slice(0, place)
  return done(exchange, 'RELEASE')
}

async function rollbackTo(exchange: Exchange, name: string): Promise<boolean> {
  const { session } = exchange
  if (session.status === 'I') return onlyInBlock(exchange, 'ROLLBACK TO SAVEPOINT')
  const place = placeOf(exchange, name)
  const found = session.savepoints[place]
  if (!found) return noSavepoint(exchange, name)
  await exchange.undoTo(found.server, false)
  session.step = null
  session.savepoints = session.savepoints.slice(0, place + 1)
  session.settings.restore(found.settings)
  session.readOnly = found.readOnly
  session.status = 'T'
  return done(exchange, 'ROLLBACK')
}

async function setTransaction(exchange: Exchange, modes: Modes): Promise<boolean> {
  const { session } = exchange
  // it holds for the rest of a pipeline all the same
  if (session.status === 'I' && !exchange.block)
    exchange.warn('25P01', 'SET TRANSACTION can only be used in transaction blocks')
  return (await setModes(exchange, modes)) && done(exchange, 'SET')
}

/** On the savepoint that is the transaction's: a step's own modes would end with the step. */
async function setModes(exchange: Exchange, { readOnly }: Modes): Promise<boolean> {
  const { session } = exchange
  if (readOnly === undefined) return true
  if (session.status === 'T') await releaseStep(exchange)
  else if (session.step === null) {
    session.step = session.newSavepoint()
    await exchange.make(`savepoint ${session.step}`)
  }
  const attempt = session.newSavepoint()
  const mode = `set transaction read ${readOnly ? 'only' : 'write'}`
  const sql = [`savepoint ${attempt}`, mode, `release savepoint ${attempt}`, mode].join(';\n')
  const answer = await ask(exchange.wire, sql)
  if (!answer.error) {
    session.readOnly = readOnly
    return true
  }
  exchange.output.send(answer.error)
  session.step ??= attempt
  await exchange.undo()
  return false
}
