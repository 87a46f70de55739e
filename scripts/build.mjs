// Compiles src to dist, joins the modules, and copies what the compiler leaves behind (SQL, extension control files, the
// page of the HTML report).
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const copied = /\.(sql|control|css|html)$|[\\/]page[\\/][\w-]+\.js$/

// dist is replaced as a whole: what was interrupted, or does not compile, leaves the last build as it was
const draft = mkdtempSync(join(root, 'node_modules', '.dist-'))
try {
  process.exitCode = await build()
} finally {
  rmSync(draft, { recursive: true, force: true })
}

async function build() {
  const args = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', draft]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) return status ?? 1
  cpSync(join(root, 'src'), draft, {
    recursive: true,
    filter: (from) => copied.test(from) || !/\.[a-z]+$/.test(from),
  })
  await bundle(draft)
  chmodSync(draft, 0o755)
  chmodSync(join(draft, 'cli.js'), 0o755)
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  renameSync(draft, join(root, 'dist'))
  return 0
}
