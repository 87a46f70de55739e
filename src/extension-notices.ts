import type { ReportedExtension } from './domain/extension.ts'

const NAMED = 4

/** What a person should know of extensions that are not really there. */
export function extensionNotices(extensions: readonly ReportedExtension[]): readonly string[] {
  return extensions.flatMap(({ name, how, usedBy }) => {
    if (how === 'empty stub')
      return [
        `the extension ${name} is not available here and has no stub: nothing of it is there, and what would need it was not made or was not tried`,
      ]
    if (how === 'real' || usedBy.length === 0) return []
    const rest = usedBy.length - NAMED
    const named = `${usedBy.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
    return [
      `the extension ${name} is only a stub here: ${named} rest on it, and prove nothing about the real one`,
    ]
  })
}
