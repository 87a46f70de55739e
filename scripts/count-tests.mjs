// The last line of a test run: how many tests ran. Reads what Vitest's JSON reporter wrote.
import { readFileSync } from 'node:fs'

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
  readFileSync(new URL('../test-results.json', import.meta.url), 'utf8'),
)
const skipped = numPendingTests + numTodoTests
process.stdout.write(
  `${numPassedTests} passed, ${numFailedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
)
if (numPassedTests === 0) process.exitCode = 1
