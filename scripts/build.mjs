// Compiles src to dist and copies what the compiler leaves behind (SQL, extension control files). The folder is swapped
// in when it is complete, so that nobody ever sees half a build. Usage: node scripts/build.mjs [folder]
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = `${root}${process.argv[2] ?? 'dist'}`
const next = `${folder}-${process.pid}`
const copied = /\.(sql|control)$/

const tsc = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', next],
  { cwd: root, stdio: 'inherit' },
)
if (tsc.status !== 0) {
  rmSync(next, { recursive: true, force: true })
  process.exit(tsc.status ?? 1)
}
cpSync(`${root}src`, next, {
  recursive: true,
  filter: (from) => copied.test(from) || !/\.[a-z]+$/.test(from),
})
chmodSync(`${next}/cli.js`, 0o755)
if (existsSync(folder)) renameSync(folder, `${next}-old`)
renameSync(next, folder)
rmSync(`${next}-old`, { recursive: true, force: true })
