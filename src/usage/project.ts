import { posix } from 'node:path'
import type { Bound } from './bind.ts'
import type { Export, Located, Module } from './scope.ts'
import { EXTENSIONS } from './syntax.ts'

/** The files of an application, read when another one needs them. */
export interface Project {
  /** relative to the project, with slashes */
  readonly paths: readonly string[]
  readonly read: (path: string) => Bound | null
}

/** What an import can lead to: a file of the project, or a package. */
export class Imports {
  readonly #project: Project
  readonly #known = new Map<string, string | null>()
  readonly #byName: ReadonlyMap<string, readonly string[]>

  constructor(project: Project) {
    this.#project = project
    const byName = new Map<string, string[]>()
    for (const path of project.paths) {
      const name = lastPart(stemOf(path))
      byName.set(name, [...(byName.get(name) ?? []), path])
    }
    this.#byName = byName
  }

  /** The value of an exported name, followed through files that hand it on; null where it lies outside. */
  valueOf(from: Module, source: string, name: string, depth = 0): Located | null {
    const path = this.fileOf(from.path, source)
    const bound = path === null || depth > 5 ? null : this.#project.read(path)
    if (!bound) return null
    const found = bound.module.exports.get(name)
    if (found) return this.#follow(bound, found, depth)
    for (const star of bound.module.stars) {
      const value = this.valueOf(bound.module, star, name, depth + 1)
      if (value) return value
    }
    return null
  }

  #follow({ module, scope }: Bound, found: Export, depth: number): Located | null {
    if (found.kind === 'value') return found.value
    if (found.kind === 'from') return this.valueOf(module, found.source, found.name, depth + 1)
    // a name, to be looked up where it was declared
    return { node: { type: 'Identifier', name: found.name } as Located['node'], scope }
  }

  /**
   * The file that an import names. Relative paths are what they say; of an alias (`@/lib/db`, `$lib/db`) only the end
   * is known, and the file that lies closest is taken.
   */
  fileOf(importer: string, source: string): string | null {
    const folder = posix.dirname(importer)
    const key = `${folder}\0${source}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found = source.startsWith('.')
      ? this.#exactly(posix.join(folder, source))
      : this.#endingIn(source.replace(/^(?:[@~#]\/?|\$)/, ''), importer, source)
    this.#known.set(key, found)
    return found
  }

  #exactly(path: string): string | null {
    const stem = stemOf(path)
    return this.#candidates(stem).find((one) => stemOf(one) === stem || stemOf(one) === path) ?? null
  }

  #endingIn(rest: string, importer: string, source: string): string | null {
    // the bare name of a package is no file, whatever lies around
    if (!rest.includes('/') && !/^[~#$@]/.test(source)) return null
    const stem = stemOf(rest)
    const found = this.#candidates(stem).filter((one) => `/${stemOf(one)}`.endsWith(`/${stem}`))
    return found.sort((a, b) => shared(b, importer) - shared(a, importer))[0] ?? null
  }

  #candidates(stem: string): readonly string[] {
    return this.#byName.get(lastPart(stem)) ?? []
  }
}

const EXTENSION = new RegExp(String.raw`\.(?:${EXTENSIONS.join('|')})$`)

/** A path without extension and without `/index`. */
const stemOf = (path: string): string => path.replace(EXTENSION, '').replace(/\/index$/, '')

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** How many folders two paths begin with together. */
function shared(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  const differs = left.findIndex((part, index) => part !== right[index])
  return differs === -1 ? left.length : differs
}
