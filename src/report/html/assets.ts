import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export interface PageParts {
  readonly template: string
  readonly style: string
  readonly script: string
}

/** With line feeds alone: a browser reads no others, and what it hashes is what it reads. */
const asset = (name: string): string =>
  readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8').replaceAll('\r\n', '\n')

/** The page without its data, from the files in `page`. */
export function pageParts(): PageParts {
  return { template: asset('page.html'), style: `\n${asset('style.css')}`, script: `\n${bundled('main.js')}` }
}

const IMPORT = /^import \{[^}]*\} from '\.\/([\w-]+\.js)'\n/gm

/** A module with all that it imports, each once and before what needs it, as one: their top-level names are all different. */
export function bundled(entry: string, read: (name: string) => string = asset): string {
  const done = new Set<string>()
  const withImports = (name: string): string => {
    if (done.has(name)) return ''
    done.add(name)
    const text = read(name)
    const imports = [...text.matchAll(IMPORT)].map((match) => withImports(match[1] ?? ''))
    return [...imports, plain(text)].join('')
  }
  return withImports(entry)
}

/** Without imports, exports and the comments that say types: the page is sent around. */
const plain = (text: string): string =>
  text
    .replaceAll(IMPORT, '')
    .replaceAll(/^[ ]*\/\*\*[\s\S]*?\*\/\n/gm, '')
    .replaceAll(/^export /gm, '')
    .trimStart()

/**
 * What the page may do: run this one script, use this one style, and nothing else. No address may be asked for anything, and
 * nothing that takes markup from a string may be called.
 */
export function contentSecurityPolicy(style: string, script: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
