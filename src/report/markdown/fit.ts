/** Part of a text: kept as a whole, or left out as a whole. */
export interface Piece {
  readonly text: string
  /** what is counted where it is left out; nothing: it is never left out */
  readonly kind?: 'finding' | 'gap' | 'notice'
}

/** Room for the sentence that says what is missing. */
const RESERVE = 300

const bytes = (text: string): number => Buffer.byteLength(text, 'utf8')

/**
 * The pieces that fit, in their order, and what is left out from the first on that does not fit. Pieces that are never left
 * out are kept whatever the room is.
 * @param longest bytes of UTF-8
 */
export function fit(
  pieces: readonly Piece[],
  longest: number,
): { readonly text: string; readonly leftOut: readonly Piece[] } {
  const fixed = pieces
    .filter(({ kind }) => kind === undefined)
    .reduce((sum, { text }) => sum + bytes(text), 0)
  let room = longest - fixed - RESERVE
  const kept: Piece[] = []
  const leftOut: Piece[] = []
  for (const piece of pieces) {
    const size = bytes(piece.text)
    if (piece.kind === undefined) kept.push(piece)
    else if (leftOut.length > 0 || size > room) leftOut.push(piece)
    else {
      room -= size
      kept.push(piece)
    }
  }
  return { text: kept.map(({ text }) => text).join(''), leftOut }
}
