// Who may import whom: writes the restrictions of every folder of src into .oxlintrc.json. With --check it only looks.
//
// The table is the one of docs/architecture.md. What is not allowed is an error; what a folder or a file beside the
// folders is called is read from src, so that nothing new is forgotten.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as prettier from 'prettier'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = join(root, '.oxlintrc.json')

/** Folder → what of src it may import beside itself and domain, and which packages. Folders that are not named may import everything. */
const LAYERS = {
  domain: { from: '', packages: '@faker-js/faker' },
  sql: { from: '', packages: 'libpg-query pgsql-deparser' },
  baseline: { from: 'errors', packages: '' },
  config: { from: 'baseline sql cache-folder errors', packages: 'jiti smol-toml tinyglobby zod' },
  engine: { from: 'cache-folder errors', packages: 'testcontainers' },
  git: { from: 'config engine errors', packages: '' },
  database: { from: 'sql errors', packages: 'pg pg-copy-streams' },
  gateway: { from: 'database sql errors', packages: '' },
  platform: { from: 'database sql errors', packages: '' },
  migrations: { from: 'database sql errors', packages: 'smol-toml tinyglobby' },
  catalog: { from: 'database sql', packages: '' },
  policy: { from: 'sql', packages: '' },
  ownership: { from: 'sql policy', packages: '' },
  seed: { from: 'database sql policy errors', packages: '@faker-js/faker randexp' },
  area: { from: 'ownership database sql errors', packages: '' },
  probe: { from: 'database sql', packages: '' },
  scenario: { from: 'seed policy ownership database sql errors', packages: '' },
  trace: { from: 'policy database sql', packages: '' },
  reproduction: { from: 'database sql', packages: '' },
  drift: { from: 'database sql errors', packages: '' },
  judge: { from: '', packages: '' },
  affected: { from: '', packages: '' },
  report: { from: '', packages: 'ansis diff string-width' },
  lock: { from: 'errors', packages: '' },
  compare: { from: 'lock', packages: '' },
  usage: { from: 'database config', packages: '@babel tinyglobby' },
  tokens: { from: 'errors', packages: 'jose' },
  declare: { from: 'sql', packages: '' },
  testing: {
    from: 'run prepare scope identify cleanup config database sql policy catalog platform ownership seed probe scenario trace judge tokens gateway errors',
    packages: '',
  },
  vitest: { from: 'testing tokens errors', packages: 'vitest' },
  init: { from: 'config errors', packages: 'tinyglobby' },
  diagnose: { from: 'stages migrations prepare platform engine seed judge database errors', packages: '' },
  cli: {
    from: 'run again since inspect find-drift types diagnose merge read-shard read-report config init report lock baseline compare git errors',
    packages: '@clack/prompts chokidar commander',
  },
}

/** Everybody's, wherever it is imported. */
const FREE = ['domain', 'group-by']

const words = (text) => text.split(' ').filter((word) => word !== '')

const entries = readdirSync(join(root, 'src'), { withFileTypes: true })
const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
const files = entries
  .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name))
  .map(({ name }) => name.replace(/\.ts$/, ''))
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const packages = [
  ...new Set(
    Object.keys({ ...dependencies, ...peerDependencies }).map((name) =>
      name.replace(/^@babel\/.*$/, '@babel'),
    ),
  ),
].sort()

function override(folder) {
  const { from, packages: own } = LAYERS[folder]
  const allowed = new Set([folder, ...FREE, ...words(from)])
  const unknown = [...allowed].filter((name) => !folders.includes(name) && !files.includes(name))
  if (unknown.length > 0) throw new Error(`${folder} may import what is not there: ${unknown.join(', ')}`)
  const foreign = packages.filter((name) => !words(own).includes(name))
  const inside = words(from).length > 0 ? `domain, ${words(from).join(', ')}` : 'domain'
  return {
    files: [`src/${folder}/**/*.ts`],
    excludeFiles: [`src/${folder}/**/*.test.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [
                ...folders.filter((name) => !allowed.has(name)).map((name) => `**/../${name}/**`),
                ...files.filter((name) => !allowed.has(name)).map((name) => `**/../${name}.ts`),
              ],
              message: `src/${folder} may import ${inside} alone (docs/architecture.md).`,
            },
            {
              group: foreign.flatMap((name) => [name, `${name}/**`]),
              message: `This package is not for src/${folder} (docs/architecture.md).`,
            },
          ],
        },
      ],
    },
  }
}

const config = JSON.parse(readFileSync(file, 'utf8'))
const isOurs = ({ rules }) => 'no-restricted-imports' in rules
config.overrides = [...config.overrides.filter((one) => !isOurs(one)), ...Object.keys(LAYERS).map(override)]
const options = await prettier.resolveConfig(file)
const text = await prettier.format(JSON.stringify(config), { ...options, filepath: file })
if (process.argv.includes('--check')) {
  const isCurrent = text === readFileSync(file, 'utf8')
  const loose = folders.filter((name) => !(name in LAYERS) && name !== 'stages')
  if (!isCurrent) process.stderr.write('.oxlintrc.json is not up to date: node scripts/layers.mjs\n')
  if (loose.length > 0)
    process.stderr.write(`scripts/layers.mjs has no line for src/${loose.join(', src/')}\n`)
  process.exitCode = isCurrent && loose.length === 0 ? 0 : 1
} else writeFileSync(file, text)
