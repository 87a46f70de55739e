import { isByCommand, type Place } from '../domain/place.ts'
import type { Finding, Report } from '../domain/report.ts'
import { inRepository } from './repository-path.ts'

/** A line of a file in the repository. */
export interface RepositoryLine {
  /** relative to the root of the repository, with forward slashes */
  readonly path: string
  /** 1-based */
  readonly line: number
}

/** Every place that a finding blames and that lies in the repository, in its order, each once. */
export function linesOf(
  { blame }: { readonly blame: readonly Place[] },
  root: string,
): readonly RepositoryLine[] {
  const lines = blame.flatMap((place) => lineOf(place, root))
  return lines.filter(
    (one, index) => lines.findIndex(({ path, line }) => path === one.path && line === one.line) === index,
  )
}

/**
 * A place to show a finding at that blames none: where its relation or function was defined, else the last file that
 * was applied.
 */
export function fallbackOf(finding: Finding, report: Report, root: string): RepositoryLine {
  const { relation, scope } = finding
  const places: readonly Place[] = [
    ...report.relations.filter((one) => one.name === relation && one.scope === scope),
    ...report.functions.filter((one) => one.name === relation),
    ...report.sources.flatMap(({ files }) => files.map(({ path }) => ({ file: path }))).toReversed(),
  ]
  return places.flatMap((place) => lineOf(place, root))[0] ?? { path: 'rls.config.ts', line: 1 }
}

function lineOf({ file, line }: Place, root: string): readonly RepositoryLine[] {
  const path = file === undefined || isByCommand(file) ? undefined : inRepository(file, root)
  return path === undefined ? [] : [{ path, line: Math.max(1, line ?? 1) }]
}
