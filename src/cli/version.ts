import { readFileSync } from 'node:fs'

/** The version in package.json, which lies beside `src` and `dist` alike. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const json: unknown = JSON.parse(text)
  const version: unknown =
    typeof json === 'object' && json !== null ? Reflect.get(json, 'version') : undefined
  return typeof version === 'string' ? version : 'unknown'
}
