import { afterAll, beforeAll } from 'vitest'
import { describeAboutFinding } from './cli/about-finding.ts'
import { describeBadInput } from './cli/bad-input.ts'
import { describeDoctor } from './cli/doctor.ts'
import { closeLab, openLab } from './cli/lab.ts'
import { describePlaces } from './cli/places.ts'
import { describeDatabaseUrls, describeServers } from './cli/servers.ts'
import { describeSignals } from './cli/signals.ts'
import { describeUsage } from './cli/usage.ts'
import { describeVerdicts } from './cli/verdicts.ts'

beforeAll(openLab)
afterAll(closeLab)

// these three run at the same time, the others one after the other: they look at the clock
describeDatabaseUrls()
describeVerdicts()
describeBadInput()
describePlaces()
describeUsage()
describeAboutFinding()
describeDoctor()
describeServers()
describeSignals()
