import type { Report } from './report.ts'

/** Whether a run left out something that another one judges: what it does not say is no news. */
export const isPartial = ({ shard, changed }: Pick<Report['run'], 'shard' | 'changed'>): boolean =>
  shard !== undefined || (changed !== undefined && changed.left.length > 0)

/**
 * Whether a run judged a relation, function or sequence, or left it as it was: what is not said of something that was
 * not judged has not gone away.
 */
export function wasJudged({ run }: Pick<Report, 'run'>, name: string): boolean {
  const { changed } = run
  if (changed === undefined || changed.all !== undefined) return true
  return changed.judged.some((one) => one.name === name)
}
