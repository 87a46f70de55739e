import type { DiagnosisLine } from '../domain/diagnosis.ts'
import type { ReportedExtension } from '../domain/extension.ts'
import { fine, note, someOf } from './lines.ts'

/** Which extensions the migrations have, which of them are stood in for, and which are not there at all. */
export function extensionLines(
  extensions: readonly ReportedExtension[],
  missing: readonly string[],
): readonly DiagnosisLine[] {
  const real = extensions.flatMap(({ how, name }) => (how === 'real' ? [name] : []))
  const stubs = extensions.filter(({ how, name }) => how !== 'real' && !missing.includes(name))
  return [
    fine(real.length === 0 ? 'none that the server has itself' : `the server’s own: ${someOf(real, 20)}`),
    ...stubs.map(({ name, usedBy }) =>
      note(
        `${name}: a stub${usedBy.length === 0 ? ', on which nothing rests' : `; on it rest ${someOf(usedBy)}`}`,
      ),
    ),
    ...missing.map((name) =>
      note(`${name}: neither here nor stood in for; what needs it was not made, or is not tried`),
    ),
  ]
}
