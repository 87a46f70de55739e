// Writes schemas/report.schema.json and schemas/config.schema.json from the types and the configuration's own checks.
// With --check it only looks.
//
// The report's schema follows from the type, with what is said about each field; the configuration's from its strict zod
// schema, with what the type says about each key.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import * as prettier from 'prettier'
import { createGenerator } from 'ts-json-schema-generator'
import { z } from 'zod'

const root = fileURLToPath(new URL('..', import.meta.url))
const DIALECT = 'http://json-schema.org/draft-07/schema#'

/** What a type says, as a schema. */
function schemaOf(path, type) {
  return createGenerator({
    path: join(root, path),
    type,
    tsconfig: join(root, 'tsconfig.json'),
    skipTypeCheck: true,
    jsDoc: 'extended',
    additionalProperties: false,
    functions: 'hide',
    sortProps: true,
  }).createSchema(type)
}

function reportSchema() {
  const { definitions, ...schema } = schemaOf('src/domain/report.ts', 'Report')
  const { Report, ...others } = definitions
  const shard = {
    type: 'object',
    description: 'In the report of a part alone: what `rls-harness merge` needs. Not for others.',
  }
  return {
    ...schema,
    title: 'Report of rls-harness',
    definitions: { Report: { ...Report, properties: { ...Report.properties, shard } }, ...others },
  }
}

async function configSchema() {
  const jiti = createJiti(import.meta.url)
  const { userConfigSchema } = await jiti.import(join(root, 'src/config/schema.ts'))
  const schema = z.toJSONSchema(userConfigSchema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // a function cannot stand in JSON
      if (zodSchema._zod.def.type === 'custom') jsonSchema.type = ['string', 'number', 'boolean', 'null']
    },
  })
  const types = schemaOf('src/config/schema.ts', 'UserConfig')
  const { description } = types.definitions.UserConfig
  return {
    ...schema,
    $schema: DIALECT,
    title: 'Configuration of rls-harness',
    ...described(schema, types.definitions.UserConfig, types.definitions),
    description,
  }
}

/** A schema with the descriptions of another one that says the same of the same keys. */
function described(schema, source, definitions) {
  const branches = branchesOf(source, definitions)
  const same = (name) => branches.map(({ properties }) => properties?.[name]).find((one) => one !== undefined)
  const properties = Object.entries(schema.properties ?? {}).map(([name, inner]) => {
    const { description } = same(name) ?? {}
    return [name, { ...(description ? { description } : {}), ...described(inner, same(name), definitions) }]
  })
  const items = branches.map((one) => one.items).find((one) => one !== undefined)
  return {
    ...schema,
    ...(schema.properties ? { properties: Object.fromEntries(properties) } : {}),
    ...(schema.items ? { items: described(schema.items, items, definitions) } : {}),
    ...(schema.anyOf ? { anyOf: schema.anyOf.map((one) => described(one, source, definitions)) } : {}),
  }
}

/** A schema and what it refers to or chooses from. */
function branchesOf(schema, definitions) {
  if (schema === undefined) return []
  const target = schema.$ref?.replace('#/definitions/', '')
  const referred =
    target === undefined ? [] : branchesOf(definitions[decodeURIComponent(target)], definitions)
  return [schema, ...referred, ...(schema.anyOf ?? []).flatMap((one) => branchesOf(one, definitions))]
}

const schemas = { 'report.schema.json': reportSchema(), 'config.schema.json': await configSchema() }
mkdirSync(join(root, 'schemas'), { recursive: true })
for (const [name, schema] of Object.entries(schemas)) {
  const file = join(root, 'schemas', name)
  const options = await prettier.resolveConfig(file)
  const text = await prettier.format(JSON.stringify(schema), { ...options, filepath: file })
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (text !== readFileSync(file, 'utf8')) {
    process.stderr.write(`schemas/${name} is not up to date: npm run schemas\n`)
    process.exitCode = 1
  }
}
