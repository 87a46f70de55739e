import type { TestProject } from 'vitest/node'
import { HarnessError } from '../errors.ts'
import type { ProjectOptions } from '../testing/handout.ts'
import { openTemplate } from '../testing/template.ts'
import type { Template } from '../testing/template.ts'

/**
 * For `test.globalSetup`: starts one server, applies the migrations and signs the cast up. Workers get copies. Where
 * `test.provide.rlsHarness` says so, it is about another folder or configuration. A rerun in watch mode migrates again.
 *
 * @returns what ends the server
 */
// oxlint-disable-next-line import/no-default-export -- Vitest reads the default export
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const options = (project.getProvidedContext() as { readonly rlsHarness?: ProjectOptions }).rlsHarness ?? {}
  let template = await open(project, options)
  project.onTestsRerun(async () => {
    const last = template
    template = await open(project, options)
    await last[Symbol.asyncDispose]()
  })
  return async () => template[Symbol.asyncDispose]()
}

async function open(project: TestProject, options: ProjectOptions): Promise<Template> {
  try {
    const template = await openTemplate(project.config.root, options, {
      environment: process.env,
      signal: new AbortController().signal,
      onProgress: () => {},
    })
    for (const notice of template.notices) process.stderr.write(`rls-harness: ${notice}\n`)
    project.provide('rls-harness', template.handout)
    return template
  } catch (error) {
    throw error instanceof HarnessError ? readable(error) : error
  }
}

/** Vitest prints an error's message and stack, and knows nothing of hints. */
function readable(error: HarnessError): Error {
  const text = [`rls-harness: ${error.message}`, ...(error.hint === undefined ? [] : [error.hint])].join('\n')
  const plain = new Error(text, { cause: error })
  plain.stack = text
  return plain
}
