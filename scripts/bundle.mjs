// Joins the compiled modules into a few files: a process that opens hundreds of small ones starts half as fast.
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { rolldown } from 'rolldown'

/** What others import by name: the package's entry points, and what the benchmarks start by themselves. */
const ENTRIES = [
  'cli',
  'index',
  'vitest/index',
  'vitest/global-setup',
  'database/connection',
  'engine/choose',
  'engine/system',
  'engine/unpack',
  'platform/install',
]

const posix = (path) => path.split(sep).join('/')

/** @param folder what the compiler made; afterwards it holds the bundle in its place, beside declarations and other files */
export async function bundle(folder) {
  const made = join(folder, '.bundle')
  const build = await rolldown({
    input: Object.fromEntries(ENTRIES.map((name) => [name, join(folder, `${name}.js`)])),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    plugins: [placesOfModules(folder)],
  })
  await build.write({
    dir: made,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  })
  await build.close()
  for (const file of filesIn(folder)) if (isModule(file)) rmSync(join(folder, file))
  for (const file of filesIn(made)) move(join(made, file), join(folder, file))
  rmSync(made, { recursive: true })
}

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix(relative(folder, join(entry.parentPath, entry.name))))

/** Scripts of the report's page are not ours to join: they stand in the page as they are. */
const isModule = (file) =>
  file.endsWith('.js') && !file.startsWith('.bundle/') && !file.includes('report/html/page/')

function move(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  renameSync(from, to)
}

/** A module finds what lies beside it from where it stood, not from the file that it has become a part of. */
function placesOfModules(folder) {
  const MARK = /__PLACE_OF__\("([^"]+)"\)/g
  return {
    name: 'places-of-modules',
    transform(code, id) {
      const place = posix(relative(folder, id))
      if (place.startsWith('..') || !code.includes('import.meta.url')) return null
      return code.replaceAll('import.meta.url', `__PLACE_OF__(${JSON.stringify(place)})`)
    },
    renderChunk(code, { fileName }) {
      if (!code.includes('__PLACE_OF__')) return null
      return code.replaceAll(MARK, (_, place) => {
        const path = posix(relative(dirname(fileName), place))
        return `new URL(${JSON.stringify(path.startsWith('.') ? path : `./${path}`)}, import.meta.url).href`
      })
    },
  }
}
