import type { ConnectionTarget, Server } from '../domain/server.ts'
import { HarnessError } from '../errors.ts'
import type { Environment } from './binaries.ts'

/** A server that was there before us. Nobody has connected yet: `version` is '' and `major` 0. */
export interface ExternalServer extends Server {
  readonly kind: 'external'
}

/**
 * Takes the server of a connection URL. The harness creates databases, roles and rows there, so a server that is not
 * on this machine needs `allowExternal`.
 *
 * @throws HarnessError CONFIG_INVALID when the URL cannot be read, DATABASE_REFUSED for another machine's server;
 *   no message contains the URL, because of its password
 */
export function externalServer(
  url: string,
  options: { readonly allowExternal: boolean; readonly environment: Environment },
): ExternalServer {
  const target = parseUrl(url, options.environment)
  const place = target.host.startsWith('/') ? `socket ${target.host}` : `${target.host}:${target.port}`
  if (!options.allowExternal && !isLocal(target.host)) {
    throw new HarnessError('DATABASE_REFUSED', `the database URL leads to another machine: ${place}`, {
      hint: 'The harness creates a database and roles there. If that server is meant for tests, add --allow-external.',
    })
  }
  return {
    kind: 'external',
    version: '',
    major: 0,
    target,
    description: `the server at ${place} (external, from the database URL)`,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/**
 * user, password, host, port, database and parameters (manual, "Connection URIs"). The URL class does not do: it
 * rejects an empty host after a user, which is how a socket is written.
 */
const URL_SHAPE =
  /^postgres(?:ql)?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?(\[[^\]]+\]|[^:/?#@,[\]]*)(?::(\d+)?)?(?:\/([^?#]*))?(?:\?([^#]*))?$/

function parseUrl(url: string, environment: Environment): ConnectionTarget {
  const match = URL_SHAPE.exec(url.trim())
  if (!match) throw unreadable('it is not of the form postgresql://user:password@host:port/database')
  const [user, password, host, port, database] = match.slice(1, 6).map((part) => decode(part ?? ''))
  const parameters = new Map(new URLSearchParams(match[6] ?? ''))
  const finalUser =
    parameters.get('user') || user || environment['PGUSER'] || environment['USER'] || 'postgres'
  const finalPassword = parameters.get('password') || password || environment['PGPASSWORD']
  const finalHost = parameters.get('hostaddr') || parameters.get('host') || host || 'localhost'
  if (finalHost.includes(',')) throw unreadable('it names several hosts')
  const ssl = sslOf(parameters.get('sslmode'))
  return {
    host: finalHost.replace(/^\[(.*)\]$/, '$1'),
    port: portOf(parameters.get('port') || port || '5432'),
    user: finalUser,
    ...(finalPassword ? { password: finalPassword } : {}),
    database: parameters.get('dbname') || database || finalUser,
    ...(ssl === undefined ? {} : { ssl }),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unreadable('a % in it is not followed by two hexadecimal digits (write % as %25)')
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw unreadable('its port is not a number from 1 to 65535')
}

/** Undefined leaves it to the driver, which does not encrypt unless told to. */
function sslOf(mode: string | undefined): boolean | undefined {
  if (mode === undefined || mode === 'allow' || mode === 'prefer') return undefined
  if (mode === 'disable') return false
  if (mode === 'require' || mode === 'verify-ca' || mode === 'verify-full') return true
  throw unreadable('its sslmode is none of disable, allow, prefer, require, verify-ca, verify-full')
}

function isLocal(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function unreadable(reason: string): HarnessError {
  return new HarnessError('CONFIG_INVALID', `the database URL cannot be read: ${reason}`, {
    hint: 'Example: postgresql://postgres:secret@localhost:5432/postgres. Special characters in a password are written as %40 and the like.',
  })
}
