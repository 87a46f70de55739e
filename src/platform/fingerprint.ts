import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/** Changes whenever any file of the platform does: what was made with another platform is not reused. */
export function platformFingerprint(): string {
  const hash = createHash('sha256')
  for (const folder of [new URL('./sql/', import.meta.url), new URL('./extensions/', import.meta.url)])
    for (const file of readdirSync(folder).sort())
      hash.update(file).update(readFileSync(new URL(file, folder)))
  return hash.digest('hex')
}
