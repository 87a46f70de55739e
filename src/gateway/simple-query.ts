import { PLAIN, type Plain } from './command.ts'
import type { Exchange } from './exchange.ts'
import { closeStatement, codeOf, message, query, SYNC, textAt } from './messages.ts'
import { ABORTED, operate } from './operate.ts'
import { refusalOf } from './resolve.ts'
import type { Statement } from './read-statements.ts'

/** A simple query: any number of statements, the rest of which an error skips. */
export async function runQuery(exchange: Exchange, received: Buffer): Promise<void> {
  const { text } = textAt(received, 5)
  exchange.session.statements.delete('') // as it does on a server
  const statements = exchange.session.reader.read(text)
  if (statements === null) await refuseText(exchange, text)
  else await runStatements(exchange, received, statements)
  await exchange.finish()
  exchange.ready()
}

async function runStatements(
  exchange: Exchange,
  received: Buffer,
  statements: readonly Statement[],
): Promise<boolean> {
  const { identity, status } = exchange.session
  const refusal = statements.map(({ command }) => refusalOf(command, identity)).find((found) => found)
  if (refusal) return exchange.fail(refusal)
  const plain = statements.flatMap(({ command }) => (command.kind === 'plain' ? [command] : []))
  if (plain.length === statements.length) {
    if (status === 'E' && plain.length > 0) return exchange.fail(ABORTED)
    const alone = plain.length === 1 && status === 'I' ? plain[0] : undefined
    if (alone?.blockOnly) return exchange.fail(onlyInBlock(alone.blockOnly))
    if (alone?.vainOutside) exchange.warn('25P01', onlyInBlock(alone.vainOutside).message)
    return exchange.pass(received, plain, { final: true })
  }
  exchange.block = statements.length > 1
  for (const { command, sql } of statements) {
    const passed =
      command.kind === 'plain' ? await passOne(exchange, command, sql) : await operate(exchange, command)
    if (!passed) return false
  }
  return true
}

function passOne(exchange: Exchange, command: Plain, sql: string): Promise<boolean> {
  if (exchange.session.status === 'E') return exchange.fail(ABORTED)
  return exchange.pass(query(sql), [command], { final: false })
}

export function onlyInBlock(what: string): { readonly sqlstate: string; readonly message: string } {
  return { sqlstate: '25P01', message: `${what} can only be used in transaction blocks` }
}

/**
 * What our grammar refuses is only parsed, so that the server says what is wrong with it. Nothing is run: it may hold
 * several statements, and nobody here knows which.
 */
async function refuseText(exchange: Exchange, text: string): Promise<boolean> {
  const name = exchange.session.names.of('statement', '')
  const messages = [closeStatement(name), message('P', name, text, Buffer.alloc(2)), SYNC]
  const watch = (answer: Buffer): boolean => codeOf(answer) === '1' || codeOf(answer) === '3'
  if (!(await exchange.pass(Buffer.concat(messages), [PLAIN], { final: true, watch }))) return false
  return exchange.fail({
    sqlstate: '0A000',
    message: 'the gateway cannot read this statement',
    hint: 'PostgreSQL 18’s grammar refuses it. Send it with parameters, or by itself.',
  })
}
