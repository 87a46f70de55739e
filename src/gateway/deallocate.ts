import { tell } from './conversation.ts'
import type { Exchange } from './exchange.ts'
import { closeStatement, commandComplete, SYNC } from './messages.ts'

/* DISCARD and DEALLOCATE: on the shared line they would take away what others have prepared. */

export async function discardAll(exchange: Exchange): Promise<boolean> {
  const { session } = exchange
  if (session.status !== 'I')
    return exchange.fail({ sqlstate: '25001', message: 'DISCARD ALL cannot run inside a transaction block' })
  session.settings.resetAll(new Set())
  await closeStatements(exchange)
  exchange.output.send(commandComplete('DISCARD ALL'))
  return true
}

export async function deallocate(exchange: Exchange, name: string | null): Promise<boolean> {
  const { session } = exchange
  if (name === null) {
    await closeStatements(exchange)
    exchange.output.send(commandComplete('DEALLOCATE ALL'))
    return true
  }
  const known = session.statements.has(name)
  if (!known && !session.prepared.has(name))
    return exchange.fail({ sqlstate: '26000', message: `prepared statement "${name}" does not exist` })
  await tell(exchange.wire, [closeStatement(known ? session.names.of('statement', name) : name), SYNC])
  session.names.forget('statement', name)
  session.statements.delete(name)
  session.prepared.delete(name)
  exchange.output.send(commandComplete('DEALLOCATE'))
  return true
}

export async function closeStatements(exchange: Exchange): Promise<void> {
  const { session, wire } = exchange
  const closes = session.names.closeAll('statement', [...session.prepared])
  if (closes.length > 0) await tell(wire, [...closes, SYNC])
  session.names.forget('statement')
  session.statements.clear()
  session.prepared.clear()
}
