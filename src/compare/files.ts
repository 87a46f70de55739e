import type { Comparison } from '../domain/comparison.ts'
import type { Report } from '../domain/report.ts'

/** Which SQL files came, went or hold something else. */
export function filesOf(a: Report, b: Report): Comparison['files'] {
  const [before, after] = [digestsIn(a), digestsIn(b)]
  return {
    added: [...after.keys()].filter((path) => !before.has(path)),
    removed: [...before.keys()].filter((path) => !after.has(path)),
    changed: [...after].flatMap(([path, sha256]) =>
      before.has(path) && before.get(path) !== sha256 ? [path] : [],
    ),
  }
}

const digestsIn = ({ sources }: Report): ReadonlyMap<string, string> =>
  new Map(sources.flatMap(({ files }) => files.map(({ path, sha256 }) => [path, sha256] as const)))
