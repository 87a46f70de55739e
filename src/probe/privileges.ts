import { Connection, DatabaseError } from '../database/connection.ts'
import { BECOME_SUPERUSER, PREPARE_CONNECTION, sessionSql } from '../database/impersonate.ts'
import type { BesideObservation, PlatformGrant } from '../domain/privilege.ts'
import type { ServerError } from '../domain/server-error.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import { planPrivileges } from './privileges-plan.ts'
import type { BesideScene, BesideTrial } from './privileges-scene.ts'

export interface BesideProbed {
  readonly observations: readonly BesideObservation[]
  readonly platformGrants: readonly PlatformGrant[]
}

/** Tries every way past the policies that privileges open, one after the other, and undoes each. */
export async function probePrivileges(target: ConnectionTarget, scene: BesideScene): Promise<BesideProbed> {
  const { trials, platformGrants } = planPrivileges(scene)
  if (trials.length === 0) return { observations: [], platformGrants }
  await using connection = await Connection.open(target)
  await connection.run(PREPARE_CONNECTION)
  const observations: BesideObservation[] = []
  for (const trial of trials) observations.push(await observe(connection, trial))
  await connection.run('rollback')
  return { observations, platformGrants }
}

async function observe(connection: Connection, trial: BesideTrial): Promise<BesideObservation> {
  const { actor, before, attack, proof, restore, evidence, ...rest } = trial
  const outcome = await outcomeOf(connection, trial)
  return {
    ...rest,
    actor: actor.name,
    course: { actor, before, attack, proof, restore },
    outcome:
      outcome === true
        ? { kind: 'open', evidence }
        : outcome === false
          ? { kind: 'closed' }
          : broken(outcome),
  }
}

const broken = ({ sqlstate, message }: ServerError): BesideObservation['outcome'] => ({
  kind: 'broken',
  sqlstate,
  message,
})

/** Whether it was proven, or the error that decides nothing. */
async function outcomeOf(connection: Connection, trial: BesideTrial): Promise<boolean | ServerError> {
  const { before, attack, proof, restore, actor } = trial
  const message = ['rollback', 'begin', ...before, sessionSql(actor), ...attack, BECOME_SUPERUSER, ...proof]
  try {
    const results = await connection.results([...message, ...restore].join(';\n'))
    return results.at(-1 - restore.length)?.rows[0]?.['proven'] === true
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return isRefusal(error.error) ? false : error.error
  }
}

/** Refused by a privilege, by what hangs below it, or by the project's own code: the way is closed. */
const isRefusal = ({ sqlstate }: ServerError): boolean =>
  ['42501', '0A000', '2BP01', '55006'].includes(sqlstate) || /^(P0|23)/.test(sqlstate)
