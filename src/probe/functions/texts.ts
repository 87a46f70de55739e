import { leaves } from '../attribute.ts'

/** All that an answer says: its values, what stands in texts that are JSON or a row's, and what encoded ones stand for. */
export function textsIn(answer: unknown): readonly string[] {
  if (typeof answer !== 'string') return leavesAndMore(answer)
  const parsed = parsedFrom(answer)
  if (parsed !== undefined) return leavesAndMore(parsed)
  return [
    ...leaves(answer).map(String),
    ...(/^[({]/.test(answer) ? answer.split(/[(){},"]+/) : []),
    ...decoded(answer),
  ]
}

const leavesAndMore = (value: unknown): readonly string[] =>
  leaves(value).flatMap((leaf) => [String(leaf), ...(typeof leaf === 'string' ? decoded(leaf) : [])])

function parsedFrom(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}

/** bytea as PostgreSQL prints it, and base64. */
function decoded(text: string): readonly string[] {
  if (/^\\x[0-9a-f]{8,}$/i.test(text)) return [Buffer.from(text.slice(2), 'hex').toString('utf8')]
  return text.length >= 12 && /^[A-Za-z0-9+/\s]+={0,2}$/.test(text)
    ? [Buffer.from(text, 'base64').toString('utf8')]
    : []
}
