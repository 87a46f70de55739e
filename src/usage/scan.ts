import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { glob } from 'tinyglobby'
import type { Place, Sources, Unread, Use } from '../domain/usage.ts'
import { bind } from './bind.ts'
import type { Bound } from './bind.ts'
import { Constants } from './constants.ts'
import { Kinds } from './kinds.ts'
import { Imports } from './project.ts'
import { EXTENSIONS, loadParser } from './syntax.ts'
import type { ParseSource, Syntax } from './syntax.ts'
import { usesIn } from './uses.ts'

/** What is never the application's own source. */
const NEVER = [
  'node_modules',
  'bower_components',
  'dist',
  'build',
  'out',
  'coverage',
  'vendor',
  '.git',
  '.next',
  '.nuxt',
  '.output',
  '.svelte-kit',
  '.turbo',
  '.vercel',
  '.netlify',
  '.expo',
  '.yarn',
  '.cache',
].flatMap((name) => [`**/${name}/**`])
const GENERATED = ['**/*.d.ts', '**/*.d.mts', '**/*.d.cts', '**/*.min.js', '**/*.bundle.js']
const TESTS = [
  '**/*.{test,spec,stories,bench}.*',
  '**/{__tests__,__mocks__,__fixtures__,cypress,playwright,e2e}/**',
]

const SOURCES = `**/*.{${EXTENSIONS.join(',')}}`
/** Nothing that people write is longer. */
const LONGEST = 2 * 1024 * 1024
/** A file without one of these asks nothing of the database. */
const WORTH_READING = /\b(?:from|rpc|createBucket)\b\s*(?:\?\.)?\s*[(<]|postgres_changes/
/** Files that are kept for others that import them. */
const KEPT = 400

export interface ScanOptions {
  /** absolute */
  readonly projectDir: string
  /** globs of the sources; absent: all, but for tests */
  readonly globs?: readonly string[]
  readonly signal: AbortSignal
}

/** Reads an application's sources and finds what they ask of the database. */
export async function scan({ projectDir, globs, signal }: ScanOptions): Promise<Sources> {
  const paths = await find(projectDir, globs ?? [SOURCES], globs ? [] : TESTS)
  const all = [...new Set([...(await find(projectDir, [SOURCES], [])), ...paths])]
  const reader = new Reader(projectDir, await loadParser())
  const imports = new Imports({ paths: all, read: (path) => reader.bound(path) })
  const constants = new Constants(imports)
  const kinds = new Kinds(imports, constants)
  const uses: Use[] = []
  const unread: Unread[] = []
  for (const file of paths) {
    signal.throwIfAborted()
    const read = reader.wanted(file)
    if (read === null) continue
    if ('reason' in read) unread.push({ file, ...read })
    else
      uses.push(...usesIn(read, kinds, constants).map((use) => ({ ...use, place: placed(use.place, file) })))
  }
  return { files: paths.length, uses, unread }
}

const placed = (place: Place, file: string): Place => ({ ...place, file })

async function find(
  cwd: string,
  patterns: readonly string[],
  ignore: readonly string[],
): Promise<readonly string[]> {
  const found = await glob([...patterns], {
    cwd,
    ignore: [...NEVER, ...GENERATED, ...ignore],
    dot: false,
    followSymbolicLinks: false,
  })
  return found.map((path) => path.replaceAll('\\', '/')).sort()
}

type Failure = Exclude<Syntax, { ast: unknown }>

/** Reads files once, and keeps the last ones. */
class Reader {
  readonly #dir: string
  readonly #parse: ParseSource
  readonly #kept = new Map<string, Bound | Failure>()

  constructor(dir: string, parse: ParseSource) {
    this.#dir = dir
    this.#parse = parse
  }

  /** A file whose uses are wanted, or null where it can have none. */
  wanted(path: string): Bound | Failure | null {
    const text = readFileSync(join(this.#dir, path), 'utf8')
    return WORTH_READING.test(text) ? this.#read(path, text) : null
  }

  /** A file that another one imports. */
  bound(path: string): Bound | null {
    const read = this.#kept.get(path) ?? this.#read(path, readFileSync(join(this.#dir, path), 'utf8'))
    return 'reason' in read ? null : read
  }

  #read(path: string, text: string): Bound | Failure {
    const known = this.#kept.get(path)
    if (known) return known
    const read = text.length > LONGEST ? tooLong(text) : bound(path, this.#parse(path, text))
    this.#kept.set(path, read)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest)
    return read
  }
}

const tooLong = ({ length }: string): Failure => ({
  reason: `${(length / 1024 / 1024).toFixed(1)} MB are more than anybody writes by hand`,
})

function bound(path: string, syntax: Syntax): Bound | Failure {
  if ('reason' in syntax) return syntax
  try {
    return bind(path, syntax.ast)
  } catch (error) {
    if (error instanceof RangeError) return { reason: 'nested too deeply to be read' }
    throw error
  }
}
