/** Compares names as people number them: `10_x` after `9_x`, `a/b` folder by folder. For Array.sort. */
export function naturalOrder(left: string, right: string): number {
  const lefts = piecesOf(left)
  const rights = piecesOf(right)
  for (const [index, piece] of lefts.entries()) {
    const other = rights[index]
    if (other === undefined) return 1
    const order = comparePieces(piece, other)
    if (order !== 0) return order
  }
  return lefts.length - rights.length || codeOrder(left, right)
}

/** Compares by code unit, as tools do that sort file names as text. For Array.sort. */
export function codeOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Numbers have any length in file names (timestamps), so they are compared as text of equal length. */
function comparePieces(left: string, right: string): number {
  if (!/^\d/.test(left) || !/^\d/.test(right)) return codeOrder(left, right)
  const [a, b] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')]
  return a.length - b.length || codeOrder(a, b)
}

function piecesOf(name: string): readonly string[] {
  return name.match(/\d+|\/|[^\d/]+/g) ?? []
}
