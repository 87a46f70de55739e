// Compiles src to dist and copies what the compiler leaves behind (SQL, extension control files).
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const copied = /\.(sql|control)$/

rmSync(`${root}dist`, { recursive: true, force: true })
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
if (tsc.status !== 0) process.exit(tsc.status ?? 1)
cpSync(`${root}src`, `${root}dist`, {
  recursive: true,
  filter: (from) => copied.test(from) || !/\.[a-z]+$/.test(from),
})
chmodSync(`${root}dist/cli.js`, 0o755)
