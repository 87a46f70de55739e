import { harmless } from '../text.ts'

const LONGEST = 1000

/**
 * Text for a SARIF message. What stands there is plain text to us and a small language to its readers:
 * `[text](target)` is a link and `{0}` a placeholder (SARIF 2.1.0, 3.11.5 and 3.11.6). A name must be neither.
 */
export function messageText(text: string, longest = LONGEST): string {
  const plain = harmless(text, true)
    .replaceAll('](', '] (')
    .replaceAll(/\{(?=\d+\})/g, '{ ')
  if (plain.length <= longest) return plain
  return `${plain.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
