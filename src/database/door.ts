import { randomBytes, timingSafeEqual } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { ConnectionTarget } from '../domain/server.ts'

/** How a program of the project gets into a server of ours, which listens on a private socket and asks for no password. */
export interface Door extends AsyncDisposable {
  /** where and as whom: TCP on this machine, because not every client takes a socket */
  readonly target: ConnectionTarget
}

const ENCRYPTION = new Set([80877103, 80877104])
const CANCEL = 80877102
/** MAX_STARTUP_PACKET_LENGTH (src/include/libpq/pqcomm.h) */
const LONGEST = 10_000

/** Opens a port of this machine to whoever knows its password, for one role and as long as it stands. */
export async function openDoor(server: ConnectionTarget, user: string): Promise<Door> {
  const password = randomBytes(18).toString('hex')
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket))
  }
  const listener = createServer((client) => new Visit(keep(client), { server, user, password, keep }))
  const port = await listen(listener)
  return {
    target: { host: '127.0.0.1', port, user, password, database: server.database, ssl: false },
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        listener.close(() => closed())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function listen(listener: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = listener.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}

interface Host {
  readonly server: ConnectionTarget
  readonly user: string
  readonly password: string
  readonly keep: (socket: Socket) => Socket
}

/** One client, until the server takes over. */
class Visit {
  readonly #client: Socket
  readonly #host: Host
  #bytes = Buffer.alloc(0)
  #start: Buffer | undefined

  constructor(client: Socket, host: Host) {
    this.#client = client
    this.#host = host
    client.on('data', this.#hear)
  }

  readonly #hear = (chunk: Buffer): void => {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    while (this.#step());
  }

  /** Reads what is whole; false where more has to come, or nothing more is read here. */
  #step(): boolean {
    const at = this.#start ? 1 : 0
    if (this.#bytes.length < at + 8) return false
    const length = this.#bytes.readUInt32BE(at)
    if (length < 8 - at || length > LONGEST) return this.#refuse('what came is not PostgreSQL’s protocol')
    if (this.#bytes.length < at + length) return false
    const packet = this.#bytes.subarray(0, at + length)
    const code = packet.readUInt32BE(4)
    if (!this.#start && code === CANCEL) return this.#pass(this.#bytes)
    this.#bytes = this.#bytes.subarray(at + length)
    return this.#start ? this.#admit(packet, this.#start) : this.#greet(packet, code)
  }

  #greet(packet: Buffer, code: number): boolean {
    if (ENCRYPTION.has(code)) {
      this.#client.write('N')
      return true
    }
    const words = packet.subarray(8).toString('utf8').split('\0')
    if (words[words.indexOf('user') + 1] !== this.#host.user)
      return this.#refuse(`only role ${this.#host.user} gets in here`)
    this.#start = packet
    // AuthenticationCleartextPassword: every client knows it, and the way is within this machine
    this.#client.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]))
    return true
  }

  #admit(packet: Buffer, start: Buffer): boolean {
    const given = packet.subarray(5, -1)
    const wanted = Buffer.from(this.#host.password)
    if (packet[0] !== 0x70 || given.length !== wanted.length || !timingSafeEqual(given, wanted))
      return this.#refuse('the password is not the one of DATABASE_URL')
    return this.#pass(Buffer.concat([start, this.#bytes]))
  }

  #pass(bytes: Buffer): false {
    const { host, port } = this.#host.server
    const path = `${host}/.s.PGSQL.${port}`
    const upstream = this.#host.keep(host.startsWith('/') ? connect({ path }) : connect({ host, port }))
    const client = this.#client.off('data', this.#hear)
    upstream.write(bytes)
    upstream.pipe(client)
    client.pipe(upstream)
    upstream.once('close', () => client.destroy())
    client.once('close', () => upstream.destroy())
    return false
  }

  #refuse(message: string): false {
    const fields = Buffer.from(`SFATAL\0VFATAL\0C28P01\0M${message}\0\0`)
    const head = Buffer.from([0x45, 0, 0, 0, 0])
    head.writeUInt32BE(fields.length + 4, 1)
    this.#client.off('data', this.#hear).end(Buffer.concat([head, fields]))
    return false
  }
}
