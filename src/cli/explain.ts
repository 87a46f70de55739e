import { explainedGroup } from '../report/explained-group.ts'
import { explanation } from '../report/explain.ts'
import { coloursFor, isUnicode } from './appearance.ts'
import { findFinding } from './find-finding.ts'
import type { Host } from './host.ts'
import { obtainReport } from './obtain-report.ts'
import type { FindingFlags } from './obtain-report.ts'

/**
 * Prints everything that is known of one finding: who did what, what the server checked on the way, how to repeat it.
 *
 * @returns the exit code: 0 where it was printed
 * @throws HarnessError where there is no such finding, or the run could not be carried out
 */
export async function explain(
  id: string,
  dir: string | undefined,
  flags: FindingFlags,
  host: Host,
): Promise<0> {
  const report = await obtainReport(dir, flags, host)
  const options = {
    level: 'all',
    colour: coloursFor(host.stdout, flags.color, host.environment),
    unicode: isUnicode(host),
    width: host.stdout.columns ?? 100,
    exitCode: 0,
  } as const
  const group = report.groups.find((one) => one.id === id.trim())
  host.stdout.write(
    group ? explainedGroup(group, report, options) : explanation(findFinding(report, id), report, options),
  )
  return 0
}
