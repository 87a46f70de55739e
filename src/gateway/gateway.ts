import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '../database/connection.ts'
import type { Actor } from '../domain/population.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import { loadParser } from '../sql/parse.ts'
import { Client } from './client.ts'
import { turnOf, type Host } from './host.ts'
import { identify, type Identity } from './identity.ts'

export interface GatewayOptions {
  /**
   * how long, in milliseconds, a client waits for another one's transaction, and the line for a client that neither reads
   * nor sends what it should; 3000 unless it is said
   */
  readonly patienceMs?: number
}

/** A door through which PostgreSQL clients speak as one actor, inside of a transaction that others began. */
export interface Gateway extends AsyncDisposable {
  /** for any client: `postgresql://alice@127.0.0.1:54321/database`; no password */
  readonly url: string
  /** the parts of `url`, for clients that take them apart */
  readonly target: ConnectionTarget
  /** the same over a unix socket, `host` being its folder; null where there are none */
  readonly socket: ConnectionTarget | null
  /** client connections that are open now */
  readonly open: number
}

const LOOPBACK = '127.0.0.1'
const PATIENCE_MS = 3000

/** Numbers of clients are their process numbers as well, and part of names on the connection that gateways share. */
let clients = 0

/**
 * Serves PostgreSQL clients on loopback as one actor, inside of the transaction that is open on `connection`. Whatever
 * they commit is undone with that transaction. Disposing of it ends its clients and undoes their open transactions.
 *
 * @throws HarnessError USAGE where no transaction is open, DATABASE_REFUSED where the connection is no superuser's
 */
export async function openGateway(
  connection: Connection,
  actor: Actor,
  options: GatewayOptions = {},
): Promise<Gateway> {
  await loadParser()
  const identity = await identify(connection, actor)
  if (actor.scene !== undefined) await connection.run(actor.scene)
  const open = new Map<number, Client>()
  const host: Host = {
    connection,
    identity,
    turn: turnOf(connection),
    patienceMs: options.patienceMs ?? PATIENCE_MS,
    cancel: (process, secret) => open.get(process)?.cancel(secret),
  }
  const welcome = (socket: Socket): void => {
    clients += 1
    const number = clients
    const client = new Client(socket, host, number)
    open.set(number, client)
    void client.over.then(() => open.delete(number))
  }
  return serve(identity, open, welcome)
}

async function serve(
  identity: Identity,
  open: ReadonlyMap<number, Client>,
  welcome: (socket: Socket) => void,
): Promise<Gateway> {
  const tcp = await listen(welcome, { host: LOOPBACK, port: 0 })
  const { port } = tcp.address() as AddressInfo
  const local = await listenLocally(welcome, port)
  const target = targetOf(identity, LOOPBACK, port)
  return {
    url: `postgresql://${encodeURIComponent(target.user)}@${LOOPBACK}:${port}/${encodeURIComponent(target.database)}`,
    target,
    socket: local && targetOf(identity, local.folder, port),
    get open() {
      return [...open.values()].filter(({ started }) => started).length
    },
    [Symbol.asyncDispose]: async () => {
      const closed = [tcp, ...(local ? [local.server] : [])].map(close)
      await Promise.all([...open.values()].map((client) => client.end()))
      await Promise.all(closed)
      if (local) await rm(local.folder, { recursive: true, force: true })
    },
  }
}

function targetOf({ name, database }: Identity, host: string, port: number): ConnectionTarget {
  return { host, port, user: name, database }
}

function listen(
  welcome: (socket: Socket) => void,
  where: { host: string; port: number } | { path: string },
): Promise<Server> {
  const server = createServer(welcome)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

/** Some clients take a unix socket alone; where there are none, or the folder's path is too long, there is no need. */
async function listenLocally(
  welcome: (socket: Socket) => void,
  port: number,
): Promise<{ readonly server: Server; readonly folder: string } | null> {
  if (process.platform === 'win32') return null
  const folder = await mkdtemp(join(tmpdir(), 'rls-gateway-'))
  try {
    return { server: await listen(welcome, { path: join(folder, `.s.PGSQL.${port}`) }), folder }
  } catch {
    await rm(folder, { recursive: true, force: true })
    return null
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
