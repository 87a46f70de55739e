import type { Relation } from '../domain/catalog.ts'
import type { Command } from '../domain/vocabulary.ts'
import type { JudgeInput } from './input.ts'

/** Why nothing of a command on a relation is proven: what decides about it is an extension that is not really there. */
export function stubBehind(
  { stubs, baseOf }: Pick<JudgeInput, 'stubs' | 'baseOf'>,
  relation: Relation,
  command: Command,
): string | undefined {
  const view = stubs.views.get(relation.oid)
  if (view !== undefined) return `with the extension it may show something else: ${view}`
  const base = baseOf(relation)
  const resting = stubs.policies.get(base.oid)
  // an update or delete that reads columns asks the policies for select as well
  const asked = command === 'insert' ? ['all', 'insert'] : ['all', 'select', command]
  const policy = base.policies.find((one) => asked.includes(one.command) && resting?.has(one.name))
  return (
    policy && `policy ${policy.name} may decide otherwise with the extension: ${resting?.get(policy.name)}`
  )
}
