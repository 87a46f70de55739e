import type { Naming } from '../ownership/naming.ts'

/** What stands at one position of a name: a word, or somebody's key with something fixed around it. */
export type Part =
  | { readonly is: 'word'; readonly text: string }
  | { readonly is: 'key'; readonly key: string; readonly before: string; readonly after: string }

/** How names are built: folders, then a file; of topics the parts alone. */
export interface Layout {
  readonly folders: readonly Part[]
  /** null: a file of no meaning */
  readonly file: Part | null
  readonly extension: string
  readonly separator: string
  readonly kind: 'path' | 'topic'
}

/** Values of one person by kind of key. */
export type Keys = ReadonlyMap<string, string>

const EXTENSION = /^(png|jpe?g|webp|gif|svg|avif|pdf|txt|csv|json|mp[34]|mov|webm|wav|docx?|xlsx?|zip)$/i
const FILLER = 'shared'

/** The extension of a MIME type, as far as one needs it. */
function extensionOf(type: string): string {
  const [, name = ''] = type.split('/')
  const known: Readonly<Record<string, string>> = { 'svg+xml': 'svg', plain: 'txt', mpeg: 'mp3' }
  return known[name] ?? (EXTENSION.test(name) ? name : 'bin')
}

/** All layouts that are worth trying, the simplest first. */
export function layoutsFor(
  naming: Naming,
  keys: readonly string[],
  kind: Layout['kind'],
  mimeTypes: readonly string[] | null,
): readonly Layout[] {
  const separators = kind === 'path' ? ['/'] : separatorsIn(naming.constants)
  const extensions = kind === 'path' ? extensionsFor(naming.constants, mimeTypes) : ['']
  return separators.flatMap((separator) =>
    extensions.flatMap((extension) => {
      const common = { separator, extension, kind }
      const alphabet = partsFor(naming, keys, separator)
      const folders = foldersOf(alphabet, Math.min(3, Math.max(2, naming.depth)))
      const files = alphabet.filter((part) => part.is === 'key' || part.text.includes('.'))
      return kind === 'topic'
        ? folders
            .filter((parts) => parts.length > 0)
            .map((parts) => ({ ...common, folders: parts, file: null }))
        : [
            ...folders.map((parts) => ({ ...common, folders: parts, file: null })),
            ...folders
              .filter((parts) => parts.length < 2)
              .flatMap((parts) => files.map((file) => ({ ...common, folders: parts, file }))),
          ]
    }),
  )
}

function foldersOf(alphabet: readonly Part[], depth: number): readonly (readonly Part[])[] {
  let level: readonly (readonly Part[])[] = [[]]
  const all: (readonly Part[])[] = [[]]
  for (let at = 1; at <= depth; at++) {
    // further down only keys tell anything
    const next = at > 2 || alphabet.length > 14 ? alphabet.filter(({ is }) => is === 'key') : alphabet
    level = level.flatMap((parts) => next.map((part) => [...parts, part])).slice(0, MOST_LAYOUTS)
    all.push(...level)
  }
  return all
}

const MOST_LAYOUTS = 400

/** What messages are, never what topics are called. */
const EXTENSIONS: ReadonlySet<string> = new Set(['broadcast', 'presence', 'postgres_changes'])

function partsFor({ constants }: Naming, keys: readonly string[], separator: string): readonly Part[] {
  const plain = keys.map((key): Part => ({ is: 'key', key, before: '', after: '' }))
  const texts = [
    ...new Set(constants.filter((text) => !EXTENSIONS.has(text)).flatMap((text) => wordsOf(text, separator))),
  ]
  const fixed = texts.filter((text) => /^[\w.-]+$/.test(text)).slice(0, 8)
  const around = keys.flatMap((key): readonly Part[] => [
    ...fixed
      .filter((text) => /[-_.]$/.test(text))
      .map((before): Part => ({ is: 'key', key, before, after: '' })),
    ...fixed
      .filter((text) => /^[-_.]/.test(text))
      .map((after): Part => ({ is: 'key', key, before: '', after })),
  ])
  const words = fixed.filter((text) => !/^[-_.]|[-_.]$/.test(text) && !EXTENSION.test(text))
  return [...plain, ...[...words, FILLER].map((text): Part => ({ is: 'word', text })), ...around.slice(0, 6)]
}

/** The fixed parts of a pattern: `^avatars/%` holds "avatars". */
function wordsOf(text: string, separator: string): readonly string[] {
  return text
    .replace(/^\^/, '')
    .split(separator)
    .flatMap((part) => /^[\w.-]+/.exec(part.replace(/%/g, ''))?.[0] ?? [])
    .filter((word) => word.length < 40 && !/^\d+$/.test(word))
}

function separatorsIn(constants: readonly string[]): readonly string[] {
  const found = [':', '/', '.', '|', '-', '_'].filter((sign) =>
    constants.some((text) => text === sign || text.includes(sign)),
  )
  return found.length > 0 ? found.slice(0, 2) : [':']
}

function extensionsFor(constants: readonly string[], types: readonly string[] | null): readonly string[] {
  const asked = constants
    .map((text) => text.replace(/^[%.]+/, ''))
    .filter((text) => EXTENSION.test(text))
    .slice(0, 1)
  const [type] = types ?? []
  const usual = type === undefined || type.endsWith('/*') ? 'png' : extensionOf(type)
  return [...new Set([...asked, ...(asked.length > 0 ? [] : [usual])])]
}

/** The name that this layout gives to somebody's things; null where the person has no such key. */
export function nameIn(layout: Layout, keys: Keys, file: string): string | null {
  const texts = [...layout.folders, ...(layout.file ? [layout.file] : [])].map((part) => textOf(part, keys))
  if (texts.some((text) => text === null)) return null
  const last = layout.kind === 'topic' || layout.file ? [] : [file]
  const name = [...texts, ...last].join(layout.separator)
  // a key that is a whole name, or a file that has its extension already, stays as it is
  const whole = layout.file !== null && (layout.folders.length === 0 || isNamed(layout.file))
  return layout.extension === '' || (whole && /\.\w{2,4}$/.test(name)) || isWhole(layout)
    ? name
    : `${name}.${layout.extension}`
}

const isNamed = (part: Part): boolean => part.is === 'word' || part.after.includes('.')

/** A column may hold the name of the object as it is. */
export const isWhole = ({ file, folders }: Layout): boolean =>
  folders.length === 0 && file?.is === 'key' && file.key.includes('.') && file.before + file.after === ''

function textOf(part: Part, keys: Keys): string | null {
  if (part.is === 'word') return part.text
  const value = keys.get(part.key)
  return value === undefined ? null : `${part.before}${value}${part.after}`
}

/** Kinds of keys that a layout names. */
export const keysIn = ({ folders, file }: Layout): readonly string[] =>
  [...folders, ...(file ? [file] : [])].flatMap((part) => (part.is === 'key' ? [part.key] : []))

/** `<user>/…`, `avatars/<user>.png`, `room:<rooms.id>` */
export function labelOf(layout: Layout): string {
  const text = (part: Part): string =>
    part.is === 'word' ? part.text : `${part.before}<${part.key}>${part.after}`
  const parts = [...layout.folders, ...(layout.file ? [layout.file] : [])].map(text)
  const open = layout.kind === 'path' && layout.file === null
  return [...parts, ...(open ? ['…'] : [])].join(layout.separator)
}

/** The keys that a name holds where this layout has them; null where it is not built like that. Deeper folders are below. */
export function readName(layout: Layout, name: string): ReadonlyMap<string, string> | null {
  const { folders, file, separator, extension, kind } = layout
  if (isWhole(layout)) return new Map(keysIn(layout).map((key) => [key, name]))
  const parts = [...folders, ...(file ? [file] : [])]
  const pattern = parts.map((part) => patternOf(part, separator)).join(escape(separator))
  const below = kind === 'path' && file === null ? `${parts.length > 0 ? '/' : ''}.+` : ''
  const ending = kind === 'path' && file !== null ? `(?:\\.${escape(extension)})?` : ''
  const found = new RegExp(`^${pattern}${below}${ending}$`).exec(name)
  return found && new Map(keysIn(layout).map((key, index) => [key, found[index + 1] ?? '']))
}

/** A key may hold the separator: a UUID does where parts are joined by hyphens. */
function patternOf(part: Part, separator: string): string {
  if (part.is === 'word') return escape(part.text)
  const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
  const plain = separator === '/' ? '[^/]+?' : `[^${escape(separator)}]+|.+?`
  return `${escape(part.before)}(${uuid}|${plain})${escape(part.after)}`
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\-]/g, '\\$&')
