// The last lines of a test run: what was skipped and why, as far as titles say it, and how many tests ran. Reads what
// Vitest's JSON reporter wrote.
import { readFileSync } from 'node:fs'

const { numPassedTests, numFailedTests, testResults } = JSON.parse(
  readFileSync(new URL('../test-results.json', import.meta.url), 'utf8'),
)
const skipped = testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status !== 'passed' && status !== 'failed')
const reasons = new Map()
for (const { ancestorTitles, title } of skipped) {
  const titles = [...ancestorTitles, title]
  const told = titles.find((one) => one.includes('(skipped: ')) ?? titles[0]
  reasons.set(told, (reasons.get(told) ?? 0) + 1)
}
for (const [told, count] of reasons) process.stdout.write(`not run: ${count} of ${told}\n`)
process.stdout.write(
  `${numPassedTests} passed, ${numFailedTests} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}\n`,
)
if (numPassedTests === 0) process.exitCode = 1
