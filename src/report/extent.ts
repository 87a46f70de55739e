import type { Report } from '../domain/report.ts'
import { count } from './text.ts'

/** What was probed: `1,104 probes of 23 relations, 6 functions, 2 buckets`. */
export function extentOf({ summary, storage }: Report): string {
  const surfaces = [
    count(summary.relations, 'relation'),
    ...(summary.functions > 0 ? [count(summary.functions, 'function')] : []),
    ...(storage.buckets.length > 0 ? [count(storage.buckets.length, 'bucket')] : []),
  ]
  return `${count(summary.probes, 'probe')} of ${surfaces.join(', ')}`
}
