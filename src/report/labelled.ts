import { hanging, spread, type Look } from './look.ts'
import { pad, truncate } from './text.ts'

const LABEL_WIDTH = 9

/** A line with a label in front, and where it stands at the right margin. */
export function labelled(label: string, text: string, look: Look, right = ''): readonly string[] {
  const lines = hanging(`   ${pad(label, LABEL_WIDTH)}`, text, look)
  if (right === '') return lines
  const last = lines.at(-1) ?? ''
  return [...lines.slice(0, -1), ...spread(last, truncate(right, look.width - 12, look.ellipsis), look)]
}
