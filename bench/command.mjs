// A command as a whole process, timed.
import { spawn } from 'node:child_process'

/** @returns milliseconds from start to end, the exit code, and what was printed to either stream */
export async function timedCommand(command, args, options = {}) {
  const started = performance.now()
  const child = spawn(command, args, options)
  const chunks = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  child.stderr.on('data', (chunk) => chunks.push(chunk))
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { ms: performance.now() - started, status, output: Buffer.concat(chunks).toString() }
}
