import { github } from './github.ts'
import { html } from './html/html.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import type { Reporter } from './reporter.ts'
import { sarif } from './sarif.ts'
import { terminal } from './terminal.ts'

export const REPORTER_NAMES = ['terminal', 'json', 'junit', 'sarif', 'github', 'markdown', 'html'] as const
export type ReporterName = (typeof REPORTER_NAMES)[number]

/** All reporters by the name that `--reporter` takes. */
export const REPORTERS: Readonly<Record<ReporterName, Reporter>> = {
  terminal,
  json,
  junit,
  sarif,
  github,
  markdown,
  html,
}
