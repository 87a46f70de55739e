import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { StartedTestContainer } from 'testcontainers'

/** What the server in a container is and has, as it says itself. */
export interface ServerFacts {
  /** "17.10" */
  readonly version: string
  /** the folder whose `extension` holds the control files */
  readonly share: string
  /** extensions that it offers */
  readonly extensions: readonly string[]
}

/**
 * Real ones that a run cannot use, so that the stub takes their place: pg_cron can be created in one database of the
 * server only, and every other one is an error that ends the migration.
 */
const UNUSABLE: ReadonlySet<string> = new Set(['pg_cron'])

/** Copies the stubs of what the image lacks to where its server looks: nothing has to be started again for that. */
export async function copyStubs(
  container: StartedTestContainer,
  dirs: readonly string[],
  { share, extensions }: ServerFacts,
): Promise<void> {
  const contents = stubFiles(dirs, extensions).map(({ name, file }) => ({
    content: readFileSync(file),
    target: posix.join(share, 'extension', name),
    mode: 0o644,
  }))
  if (contents.length > 0) await container.copyContentToContainer(contents)
}

/** The files of `dirs` that belong to an extension that is not in `real`, or is of no use. */
export function stubFiles(
  dirs: readonly string[],
  real: readonly string[],
): readonly { readonly name: string; readonly file: string }[] {
  const names = dirs.flatMap((dir) => readdirSync(dir).map((name) => ({ name, file: join(dir, name) })))
  return names.filter(({ name }) => {
    const [extension = ''] = name.split(/--|\.control$/, 1)
    if (!/\.(control|sql)$/.test(name)) return false
    return UNUSABLE.has(extension) || !real.includes(extension)
  })
}
