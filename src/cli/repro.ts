import { HarnessError } from '../errors.ts'
import { withoutScript } from '../report/explain.ts'
import { findFinding } from './find-finding.ts'
import type { Host } from './host.ts'
import { obtainReport } from './obtain-report.ts'
import type { FindingFlags } from './obtain-report.ts'

/**
 * Prints the psql script of one finding, and nothing else: it is meant for a pipe.
 *
 * @returns the exit code: 0 where it was printed
 * @throws HarnessError where there is no such finding, or no script of it
 */
export async function repro(
  id: string,
  dir: string | undefined,
  flags: FindingFlags,
  host: Host,
): Promise<0> {
  const finding = findFinding(await obtainReport(dir, flags, host), id)
  if (finding.reproduction === undefined)
    throw new HarnessError('USAGE', `finding ${finding.id} has no script: ${withoutScript(finding)}`, {
      hint: `What is known of it: rls-harness explain ${finding.id}`,
    })
  host.stdout.write(finding.reproduction)
  return 0
}
