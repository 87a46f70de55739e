import type { ParserOptions, ParserPlugin } from '@babel/parser'
import type { File } from '@babel/types'

/** Sources that are read; of Vue and Svelte components the scripts. */
export const EXTENSIONS = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs', 'vue', 'svelte'] as const

export type Syntax =
  | { readonly ast: File }
  /** the reason why the file cannot be read, and the line where that shows */
  | { readonly reason: string; readonly line?: number }

/** A parser of TypeScript and JavaScript, of which a mistake in one file says nothing about the others. */
export type ParseSource = (path: string, text: string) => Syntax

/** Loads the parser, which nobody else needs. */
export async function loadParser(): Promise<ParseSource> {
  const { parse } = await import('@babel/parser')
  return (path, text) => {
    const source = sourceOf(path, text.startsWith('\uFEFF') ? text.slice(1) : text)
    let first: Syntax | undefined
    for (const plugins of dialectsOf(source.extension)) {
      try {
        return { ast: parse(source.text, { ...OPTIONS, plugins: [...plugins, ...ALWAYS] }) }
      } catch (error) {
        first ??= failureOf(error)
      }
    }
    return first ?? { reason: 'no parser for this file' }
  }
}

const OPTIONS: ParserOptions = {
  sourceType: 'unambiguous',
  // a name that is declared twice hides nothing from us
  errorRecovery: true,
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowUndeclaredExports: true,
  allowNewTargetOutsideFunction: true,
  attachComment: false,
}

// the older decorators can stand before parameters, as Angular and Nest use them
const ALWAYS: readonly ParserPlugin[] = ['decorators-legacy', 'explicitResourceManagement']

/** What a file may be written in, the likeliest first. */
function dialectsOf(extension: string): readonly (readonly ParserPlugin[])[] {
  switch (extension) {
    case 'tsx':
      return [['typescript', 'jsx']]
    case 'ts':
    case 'mts':
    case 'cts':
      return [['typescript'], ['typescript', 'jsx']]
    default:
      return [['jsx'], ['flow', 'jsx'], ['typescript']]
  }
}

function failureOf(error: unknown): Syntax {
  // nesting that is deeper than the stack
  if (error instanceof RangeError) return { reason: 'nested too deeply to be read' }
  if (!(error instanceof SyntaxError)) throw error
  const line: unknown =
    'loc' in error && typeof error.loc === 'object' ? (error.loc as { line?: unknown }).line : 0
  const reason = error.message.replace(/\s*\(\d+:\d+\)$/, '').replaceAll(/\s+/g, ' ')
  return typeof line === 'number' && line > 0 ? { reason, line } : { reason }
}

interface Source {
  readonly text: string
  readonly extension: string
}

function sourceOf(path: string, text: string): Source {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return extension === 'vue' || extension === 'svelte' ? scriptsOf(text) : { text, extension }
}

/** The scripts of a component, everything else blanked out: lines and columns stay what they are. */
function scriptsOf(text: string): Source {
  const bare = text.replaceAll(/<!--[\s\S]*?-->/g, blank)
  let scripts = ''
  let typed = false
  let position = 0
  for (const match of bare.matchAll(/(<script\b(?:"[^"]*"|'[^']*'|[^'">])*>)([\s\S]*?)<\/script\s*>/gi)) {
    const [, tag = '', body = ''] = match
    const start = match.index + tag.length
    typed ||= /\blang\s*=\s*["']?tsx?\b/i.test(tag)
    scripts += blank(bare.slice(position, start)) + body
    position = start + body.length
  }
  return { text: scripts, extension: typed ? 'ts' : 'js' }
}

const blank = (text: string): string => text.replaceAll(/[^\r\n]/g, ' ')
