import type { Platform, SourceConfig } from '../../domain/config.ts'
import { tokensOf } from '../../sql/split-tokens.ts'

/** A file of the migrations, as it stands there. */
export interface PlatformText {
  /** relative to the project */
  readonly path: string
  readonly text: string
}

/** What tells of the server that a project's migrations are written for. */
export interface PlatformFacts {
  readonly sources: readonly SourceConfig[]
  readonly texts: () => readonly PlatformText[]
  /** what stands beside the migrations and says that the database is Supabase's */
  readonly beside: () => string | undefined
}

interface Sign {
  readonly pattern: RegExp
  /** what was found, in words; absent: the text itself */
  readonly what?: (found: RegExpExecArray) => string
}

const call = (found: RegExpExecArray): string => `${found[0].replace(/\s*\($/, '')}()`
const ROLES = String.raw`\b(?:to|from|role)\s+(?:[\w$]+\s*,\s*)*(NAMES)\b(?!\s*\.)`
const roles = (names: string): Sign => ({
  pattern: new RegExp(ROLES.replace('NAMES', names), 'gi'),
  what: (found) => `role ${found[1]?.toLowerCase() ?? ''}`,
})

/** What only Supabase has before the first migration, the telling ones first. */
const SUPABASE: readonly Sign[] = [
  {
    pattern: /\b(?:auth\.(?:uid|jwt|role|email)|storage\.(?:foldername|filename|extension))\s*\(/gi,
    what: call,
  },
  { pattern: /\b(?:auth\.(?:users|identities|sessions)|storage\.(?:objects|buckets))\b/gi },
  { pattern: /\b(?:realtime\.(?:messages|topic|send|broadcast_changes)|supabase_\w+)\b/gi },
  { pattern: /\bvault\.(?:decrypted_secrets|secrets|create_secret)\b/gi },
  roles('anon|authenticated|service_role'),
  { pattern: /\brequest\.jwt\.claims?\b/gi, what: (found) => `setting ${found[0]}` },
]

/** What of these Neon has, too: policies of a project there name them. */
const SHARED = /^(?:auth\.(?:uid|jwt)\(\)|role authenticated|setting request\.jwt\.claims?)$/

const NEON: readonly Sign[] = [
  { pattern: /\bauth\.(?:user_id|session)\s*\(/gi, what: call },
  { pattern: /\b(?:pg_session_jwt|neon_auth|neon_superuser|neondb_owner)\b/gi },
  roles('anonymous'),
]

/** What an application says of itself that comes to a plain server: its settings and roles. */
const PLAIN: readonly Sign[] = [
  { pattern: /\bcurrent_setting\s*\(/gi, what: call },
  { pattern: /\bcreate\s+(?:role|user)\s+\w+/gi },
  { pattern: /\bgrant\b[^;]*?\bto\s+(?!public\b)\w+/gi },
  { pattern: /\bon\s+[\w.]+\s+(?:as\s+\w+\s+)?(?:for\s+\w+\s+)?to\s+(?!public\b)\w+/gi },
]

interface Found {
  readonly what: string
  readonly place: string
}

/**
 * The platform that migrations are written for. Who makes the schema `auth` with functions or tables of the own wants
 * none; who names what only one has wants that one; who names nothing of any wants a plain PostgreSQL, as far as a
 * tool, a role or a setting speaks for one.
 */
export function choosePlatform({ sources, texts, beside }: PlatformFacts): Platform {
  const cli = sources.find((source) => 'tool' in source && source.tool === 'supabase')
  if (cli) return { name: 'supabase', why: 'its CLI applies the migrations' }
  const readable = texts().map(({ path, text }) => ({ path, text: withoutRemarks(path, text) }))
  const whole = readable.map(({ text }) => text).join('\n')
  const isOwn = (what: string): boolean => makes(whole, what)
  const supabase = findAll(readable, SUPABASE).filter(({ what }) => !isOwn(what))
  const neon = findAll(readable, NEON).filter(({ what }) => !isOwn(what))
  const own = ownAuth(readable)
  const sign = beside()
  if (own && sign === undefined && !supabase.some(({ what }) => /^(?:auth|storage)\./.test(what)))
    return { name: 'none', why: `${own.what} is made by ${own.place}` }
  const [first] = neon
  const [alone] = supabase.filter(({ what }) => !SHARED.test(what))
  if (first && !alone) return { name: 'neon', why: `${first.what} in ${first.place}` }
  const [any] = alone ? [alone] : supabase
  if (any) return { name: 'supabase', why: `${any.what} in ${any.place}` }
  if (sign !== undefined) return { name: 'supabase', why: sign }
  return sources.length > 0 && sources.every(isList) && findAll(readable, PLAIN).length === 0
    ? { name: 'supabase', why: 'nothing in the SQL files speaks of another server' }
    : { name: 'none', why: 'the migrations name nothing of Supabase or Neon' }
}

/** SQL files of no tool may be meant for any server: then the one is taken that opens most. */
const isList = (source: SourceConfig): boolean =>
  'sql' in source || ('tool' in source && source.tool === 'sql')

/** One of each sign, in the order of the signs. */
function findAll(texts: readonly PlatformText[], signs: readonly Sign[]): readonly Found[] {
  return signs.flatMap(({ pattern, what }) => {
    const seen = new Map<string, Found>()
    for (const { path, text } of texts)
      for (const found of text.matchAll(pattern)) {
        const name = what ? what(found) : found[0].toLowerCase()
        if (!seen.has(name)) seen.set(name, { what: name, place: `${path}:${lineOf(text, found.index)}` })
      }
    return [...seen.values()]
  })
}

/** The project's own schema `auth`: one that it creates and puts functions or tables into. */
function ownAuth(texts: readonly PlatformText[]): Found | undefined {
  const schema = findAll(texts, [
    { pattern: /\bcreate\s+schema\s+(?:if\s+not\s+exists\s+)?auth\b/gi, what: () => 'schema auth' },
  ])[0]
  const filled = texts.some(({ text }) =>
    /\bcreate\s+(?:or\s+replace\s+)?(?:function|table)\s+(?:if\s+not\s+exists\s+)?auth\.\w/i.test(text),
  )
  return filled ? schema : undefined
}

/** Whether migrations make themselves what they name. */
function makes(text: string, what: string): boolean {
  const name = what.replace(/^role /, '').replace(/\(\)$/, '')
  const kinds = what.endsWith('()') ? 'function' : what.startsWith('role ') ? 'role|user' : 'table|schema'
  return new RegExp(
    String.raw`\bcreate\s+(?:or\s+replace\s+)?(?:${kinds})\s+(?:if\s+not\s+exists\s+)?${name.replaceAll('.', String.raw`\.`)}\b`,
    'i',
  ).test(text)
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length

/** Names without quotes, remarks as blanks: what is only spoken of is not used. Lines stay where they are. */
function withoutRemarks(path: string, text: string): string {
  const blank = (remark: string): string => remark.replaceAll(/[^\n]/g, ' ')
  const code = path.endsWith('.sql')
    ? [...tokensOf(text)]
        .map(({ kind, start, end }) => {
          const part = text.slice(start, end)
          if (kind === 'comment') return blank(part)
          return kind === 'dollar-string' ? part.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, blank) : part
        })
        .join('')
    : text.replaceAll(/^\s*(?:#|\/\/|\*|--)[^\n]*/gm, blank)
  return code.replaceAll('"', '').replaceAll('`', '')
}
