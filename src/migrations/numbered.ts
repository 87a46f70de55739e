import { HarnessError } from '../errors.ts'
import { codeOrder } from './natural-order.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, namesIn } from './text-file.ts'
import { upPart, type Marks } from './up-part.ts'

/** Tools whose files lie in one folder and begin with a number. */
export interface Numbered {
  readonly tool: string
  /** a file that is run; its group `version` is the number */
  readonly name: RegExp
  readonly order: 'number' | 'name'
  readonly marks?: Marks
  /** why a file that the tool knows is not run; undefined for what is none of its files */
  readonly unrun: (name: string) => string | undefined
}

/** The files of such a folder. Two of one number are an error, as they are to the tools. */
export function addNumbered(projectDir: string, dir: string, numbered: Numbered): SourceBuilder {
  const { tool, name: pattern, order, marks, unrun } = numbered
  const folder = displayPath(projectDir, dir)
  const source = new SourceBuilder(projectDir, tool)
  const found: Versioned[] = []
  for (const name of namesIn(projectDir, folder)) {
    const path = `${folder}/${name}`
    if (!isFile(projectDir, path)) continue
    const version = pattern.exec(name)?.groups?.['version']
    if (version !== undefined) found.push({ path, version })
    else {
      const reason = unrun(name)
      if (reason !== undefined) source.note(`${path} is not run: ${reason}`)
    }
  }
  const sorted = found.toSorted((a, b) =>
    order === 'name' ? codeOrder(a.path, b.path) : byNumber(a, b) || codeOrder(a.path, b.path),
  )
  refuseTwins(tool, sorted)
  for (const { path } of sorted)
    source.add(path, 'migration', marks ? { trim: (text) => upPart(text, marks) } : {})
  return source
}

interface Versioned {
  readonly path: string
  readonly version: string
}

/** Numbers are timestamps at times: more digits than a number of JavaScript holds. */
const byNumber = (a: Versioned, b: Versioned): number => {
  const [left, right] = [BigInt(a.version), BigInt(b.version)]
  return left < right ? -1 : left > right ? 1 : 0
}

function refuseTwins(tool: string, sorted: readonly Versioned[]): void {
  const seen = new Map<string, string>()
  for (const { path, version } of sorted) {
    const number = String(BigInt(version))
    const twin = seen.get(number)
    if (twin !== undefined) throw sameVersion(tool, number, [twin, path])
    seen.set(number, path)
  }
}

export function sameVersion(tool: string, version: string, paths: readonly string[]): HarnessError {
  return new HarnessError('SOURCES_NOT_FOUND', `${paths.join(' and ')} are both version ${version}`, {
    hint: `${tool} stops here, too: give one of them another number. To run both all the same, list them: migrations: [{ sql: ['…/*.sql'] }].`,
  })
}
