import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { openDatabase } from '../src/testing/database.ts'
import type { TestDatabase } from '../src/testing/database.ts'
import { TestStage } from '../src/testing/stage.ts'
import { openTemplate } from '../src/testing/template.ts'
import type { Template } from '../src/testing/template.ts'

const fixtures = fileURLToPath(new URL('../fixtures/library', import.meta.url))
const context = { environment: process.env, signal: new AbortController().signal, onProgress: () => {} }

/**
 * Opens a project of fixtures/library for a suite, and gives each of its tests a stage of its own, which must leave nothing
 * behind.
 *
 * @param begin told of the stage of the test that begins
 */
export function stageEachTest(
  project: string,
  begin: (stage: TestStage, database: TestDatabase) => void,
): void {
  let template: Template
  let database: TestDatabase
  let stage: TestStage
  beforeAll(async () => {
    template = await openTemplate(fixtures, { dir: project }, context)
    database = await openDatabase(template.handout, process.env)
  })
  afterAll(async () => {
    await database[Symbol.asyncDispose]()
    await template[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    stage = new TestStage(database, project)
    await stage.session.begin()
    begin(stage, database)
  })
  afterEach(async () => {
    expect(await stage.end()).toEqual([])
  })
}
