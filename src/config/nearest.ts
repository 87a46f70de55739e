/**
 * Edit distance that counts a swap of neighbours as one step (optimal string alignment): the commonest slip of the
 * fingers should not look like two.
 */
export function distance(a: string, b: string): number {
  let before: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const steps = [at(row, j - 1) + 1, at(last, j) + 1, at(last, j - 1) + (same ? 0 : 1)]
      if (swapped) steps.push(at(before, j - 2) + 1)
      row.push(Math.min(...steps))
    }
    before = last
    last = row
  }
  return at(last, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY

/** The candidate that `word` was most likely meant to be, or undefined when none is close: a wild guess helps nobody. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase()
  const ranked = candidates
    .map((candidate) => ({ candidate, steps: distance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps)
  const best = ranked[0]
  if (best === undefined) return undefined
  const allowed = Math.max(1, Math.floor(Math.max(word.length, best.candidate.length) / 3))
  return best.steps <= allowed ? best.candidate : undefined
}

/** `Did you mean "select"?`, or undefined where nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const guess = nearest(word, candidates)
  return guess === undefined ? undefined : `Did you mean "${guess}"?`
}
