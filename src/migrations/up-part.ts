import { tokensOf } from '../sql/split-tokens.ts'

/** How a tool marks the parts of a file that do and undo a migration; marks count in comments only. */
export interface Marks {
  readonly up: RegExp
  readonly down: RegExp
}

/**
 * A file without what undoes it: that is blanked out, so that lines stay where they are. Where nothing says where the
 * up part begins, it begins at the start.
 */
export function upPart(text: string, { up, down }: Marks): string {
  let kept = ''
  let from = 0
  let isUp = !hasMark(text, up)
  for (const { kind, start, end } of tokensOf(text)) {
    if (kind !== 'comment') continue
    const comment = text.slice(start, end)
    const next = up.test(comment) || (down.test(comment) ? false : isUp)
    if (next === isUp) continue
    kept += part(text.slice(from, start), isUp)
    from = start
    isUp = next
  }
  return kept + part(text.slice(from), isUp)
}

/** Whether a comment of the file is such a mark. */
export function hasMark(text: string, mark: RegExp): boolean {
  for (const { kind, start, end } of tokensOf(text)) {
    if (kind === 'comment' && mark.test(text.slice(start, end))) return true
  }
  return false
}

const part = (text: string, isKept: boolean): string => (isKept ? text : text.replaceAll(/[^\r\n]/g, ' '))
