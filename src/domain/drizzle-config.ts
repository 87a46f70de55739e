/** `drizzle.config.ts` and its kin: some projects have one for each database. */
export const isDrizzleConfig = (name: string): boolean =>
  /^drizzle([.-][\w-]+)*\.config\.[cm]?[jt]s$|^drizzle\.config([.-][\w-]+)*\.([cm]?[jt]s|json)$/.test(name)

/**
 * `out` of such a file, read from its text: running it needs drizzle-kit and whatever else it imports.
 * @returns undefined where it says nothing, or what only running it could tell
 */
export function drizzleOut(text: string): string | undefined {
  const code = withoutComments(text)
  const [, written] =
    /\bout["']?\s*:\s*(?:path\.)?(?:resolve\(|join\()?(?:__dirname\s*,\s*)?["'`]([^"'`]+)["'`]/.exec(code) ??
    []
  const out = written?.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => constantIn(code, name))
  return out === undefined || out.includes('${') ? undefined : out
}

/** Whether it is for another database than PostgreSQL. */
export function isForeignDialect(text: string): boolean {
  const dialect = /\bdialect["']?\s*:\s*["'`](\w+)["'`]/.exec(withoutComments(text))?.[1]
  return dialect !== undefined && dialect !== 'postgresql'
}

/** Globs hold what begins and ends a comment, too: only whole lines and ends of lines are taken for one. */
const withoutComments = (text: string): string =>
  text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/(^|[\s;,{([])\/\/[^\n]*/gm, '$1')

/** The value of `const name = '…'`. */
function constantIn(text: string, name: string): string {
  return new RegExp(`\\bconst ${name}\\s*=\\s*["'\`]([^"'\`]*)["'\`]`).exec(text)?.[1] ?? ''
}
