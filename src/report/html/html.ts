import type { Report } from '../../domain/report.ts'
import type { Reporter } from '../reporter.ts'
import { contentSecurityPolicy, pageParts } from './assets.ts'
import { embedded } from './embed.ts'
import { attemptsOf, pageData, scriptsOf, type Comparison } from './page-data.ts'

/** The report as one page that needs nothing else: style, script and data are in it, and nothing is loaded. */
export const html: Reporter = (report) => htmlPage(report)

/** With a comparison the page can show what has changed alone. */
export function htmlPage(report: Report, comparison?: Comparison): string {
  const { template, style, script } = pageParts()
  const parts: Readonly<Record<string, string>> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(style, script)}" />`,
    style: `<style>${style}</style>`,
    data: [
      data('report-data', pageData(report, comparison)),
      data('attempt-data', attemptsOf(report)),
      data('script-data', scriptsOf(report)),
    ].join('\n'),
    script: `<script type="module">${script}</script>`,
  }
  // one pass: what stands in the data is not looked at again
  return template.replaceAll(/<!-- (\w+) -->/g, (_, name: string) => parts[name] ?? '')
}

const data = (id: string, value: unknown): string =>
  `<script type="application/json" id="${id}">${embedded(value)}</script>`
