import type { LockDifference } from '../domain/lock.ts'

/** A difference from the access lock as a diff has it: as it was, as it is. */
export function lockLines({ subject, aspect, before, after }: LockDifference): readonly string[] {
  return [
    ...(before === undefined ? [] : [`- ${subject}  ${aspect}  ${before}`]),
    ...(after === undefined ? [] : [`+ ${subject}  ${aspect}  ${after}`]),
  ]
}

/** The same in a sentence: `public.notes select: owner before, everyone now`. */
export function lockSentence({ subject, aspect, before, after }: LockDifference): string {
  return `${subject} ${aspect}: ${before ?? 'not in the lock'}${before === undefined ? '' : ' before'}, ${after ?? 'gone'}${after === undefined ? '' : ' now'}`
}

/** What makes it right again, in either way. */
export const LOCK_REMEDY = 'Undo the change, or accept it in the same change: rls-harness lock --update'
