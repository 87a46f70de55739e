import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { validateXML } from 'xmllint-wasm'

const require = createRequire(import.meta.url)

/** The schema of OASIS, as a package of Microsoft ships it. It is of draft 4, of which it uses nothing that draft 7 reads otherwise. */
function sarifSchema(): object {
  const path = require
    .resolve('@microsoft/jest-sarif')
    .replace(/index\.js$/, 'schemas/sarif-2.1.0-rtm.5.json')
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  return schema
}

const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(ajv)
const isSarif = ajv.compile(sarifSchema())

/** What the schema of SARIF 2.1.0 has against a text. */
export function sarifErrors(text: string): readonly string[] {
  return isSarif(JSON.parse(text)) ? [] : [ajv.errorsText(isSarif.errors)]
}

/** What the schema of JUnit XML has against a text; names that occur twice included. */
export async function junitErrors(xml: string): Promise<readonly string[]> {
  const schema = readFileSync(new URL('sample-junit.xsd', import.meta.url), 'utf8')
  const { errors } = await validateXML({ xml: { fileName: 'junit.xml', contents: xml }, schema })
  return errors.map(({ message }) => message)
}

const published = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')) as object

/** What a published schema has against a value. */
export function schemaErrors(name: 'report' | 'config', value: unknown): readonly string[] {
  const isValid = ajv.getSchema(name) ?? ajv.addSchema(published(name), name).getSchema(name)
  return isValid?.(value) ? [] : [ajv.errorsText(isValid?.errors)]
}
