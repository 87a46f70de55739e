import { Socket } from 'node:net'
import type { Client } from 'pg'
import type { ConnectionTarget } from '../domain/server.ts'

/** CancelRequest's code (src/include/libpq/pqcomm.h). */
const CANCEL_REQUEST = 80877102

/** pg/lib/client.js keeps what BackendKeyData said; its types do not know. */
interface Keys {
  readonly processID: number | null
  readonly secretKey: number | null
}

/** Asks on a line of its own that the session's statement be cancelled; resolves when the server has hung up. */
export async function requestCancel(target: ConnectionTarget, client: Client): Promise<void> {
  const { processID, secretKey } = client as unknown as Keys
  if (processID === null || secretKey === null) return
  const request = Buffer.alloc(16)
  request.writeUInt32BE(16, 0)
  request.writeUInt32BE(CANCEL_REQUEST, 4)
  request.writeUInt32BE(processID >>> 0, 8)
  request.writeUInt32BE(secretKey >>> 0, 12)
  const socket = new Socket()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {}) // a server that is gone has cancelled everything
  if (target.host.startsWith('/')) socket.connect(`${target.host}/.s.PGSQL.${target.port}`)
  else socket.connect(target.port, target.host)
  socket.end(request)
  socket.resume()
  await closed
}
