import { ProtocolError } from '../database/frames.ts'
import { textAt } from './messages.ts'

const SSL_REQUEST = 80877103
const GSSENC_REQUEST = 80877104
const CANCEL_REQUEST = 80877102
/** MAX_STARTUP_PACKET_LENGTH (src/include/libpq/pqcomm.h) */
const LONGEST = 10_000

/** What a client says before anything else. */
export type Opening =
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel'; readonly process: number; readonly secret: number }
  | {
      readonly kind: 'start'
      readonly minor: number
      readonly parameters: ReadonlyMap<string, string>
    }

/**
 * Reads the first packet, which has no code.
 *
 * @returns undefined where it is not whole yet
 * @throws ProtocolError for what is none
 */
export function readOpening(bytes: Buffer): { readonly opening: Opening; readonly rest: Buffer } | undefined {
  if (bytes.length < 8) return undefined
  const length = bytes.readUInt32BE(0)
  if (length < 8 || length > LONGEST) throw new ProtocolError('the first packet is none of PostgreSQL')
  if (bytes.length < length) return undefined
  return { opening: openingOf(bytes.subarray(0, length)), rest: bytes.subarray(length) }
}

function openingOf(packet: Buffer): Opening {
  const code = packet.readUInt32BE(4)
  if (code === SSL_REQUEST || code === GSSENC_REQUEST) return { kind: 'encryption' }
  if (code === CANCEL_REQUEST) {
    if (packet.length < 16) throw new ProtocolError('a cancel request without keys')
    return { kind: 'cancel', process: packet.readUInt32BE(8), secret: packet.readUInt32BE(12) }
  }
  if (code >>> 16 !== 3)
    throw new ProtocolError(`protocol ${code >>> 16}.${code & 0xffff} is not spoken here`)
  return { kind: 'start', minor: code & 0xffff, parameters: parametersOf(packet) }
}

function parametersOf(packet: Buffer): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  let at = 8
  while (at < packet.length && packet[at] !== 0) {
    const name = textAt(packet, at)
    const value = textAt(packet, name.end)
    parameters.set(name.text, value.text)
    at = value.end
  }
  return parameters
}

/** Parameters of the start that are no settings. */
const NO_SETTINGS: ReadonlySet<string> = new Set(['user', 'database', 'options', 'replication'])

/** The settings that a client asks for as it starts, its `options` (`-c name=value`, `--name=value`) included. */
export function startSettings(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const settings = new Map<string, string>(optionSettings(parameters.get('options') ?? ''))
  for (const [name, value] of parameters)
    if (!NO_SETTINGS.has(name) && !name.startsWith('_pq_.')) settings.set(name.toLowerCase(), value)
  return settings
}

/** pg_split_opts() and the switches of postgres.c: words at white space, a backslash before what is meant literally. */
function optionSettings(options: string): readonly (readonly [string, string])[] {
  const words = [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replaceAll(/\\(.)/gs, '$1'))
  const found: (readonly [string, string])[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const setting = word === '-c' ? (words[(at += 1)] ?? '') : word.replace(/^(?:-c|--)/, '')
    const equals = setting.indexOf('=')
    if (equals < 1) throw new ProtocolError(`the option "${word}" is not known here`)
    found.push([setting.slice(0, equals).replaceAll('-', '_').toLowerCase(), setting.slice(equals + 1)])
  }
  return found
}
