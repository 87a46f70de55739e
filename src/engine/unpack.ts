import { workerData } from 'node:worker_threads'
import { unpackDirectory } from './archive.ts'
import type { RunAs } from './run-as.ts'

/** Unpacks an archive on a thread of its own: a thousand files keep one busy, and the other has much to load meanwhile. */
const { archive, dir, owner } = workerData as {
  readonly archive: string
  readonly dir: string
  readonly owner: RunAs
}
unpackDirectory(archive, dir, owner)
