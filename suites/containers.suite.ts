import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeLab, openLab } from './cli/lab.ts'
import { describeCommand } from './containers/command.ts'
import { removeImages } from './containers/images.ts'
import { daemon } from './containers/lab.ts'
import { describeRyuk } from './containers/ryuk.ts'
import { describeServer } from './containers/server.ts'
import { describeUnavailable } from './containers/unavailable.ts'
import { describeVerdictsInContainers } from './containers/verdicts.ts'

// reporters keep to themselves why a test was skipped
if (daemon.kind === 'missing') process.stderr.write(`containers are not tested: ${daemon.reason}\n`)

test('containers are tested for real where a daemon can be had', (context) => {
  if (daemon.kind === 'missing') context.skip(daemon.reason)
  else expect(daemon.image).not.toBe('')
})

describe.skipIf(daemon.kind === 'missing')('with a daemon', () => {
  beforeAll(openLab)
  afterAll(async () => {
    await closeLab()
    removeImages()
    if (daemon.kind === 'there') await daemon.close()
  })
  describeServer()
  describeCommand()
  describeRyuk()
  describeUnavailable()
  describeVerdictsInContainers()
})
