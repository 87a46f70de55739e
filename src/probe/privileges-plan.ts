import type { Privilege, Relation, Sequence } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import type { PlatformGrant } from '../domain/privilege.ts'
import { originOf } from './privileges-origin.ts'
import { planOracles } from './privileges-oracle.ts'
import { planMemberships } from './privileges-roles.ts'
import { askers, ownsOrBypasses, usable } from './privileges-scene.ts'
import type { BesideScene, BesideTrial } from './privileges-scene.ts'
import { planTemporary } from './privileges-temporary.ts'
import {
  referencesTrial,
  sequenceTrial,
  settingTrial,
  triggerTrial,
  truncateTrial,
} from './privileges-trials.ts'

export interface BesidePlan {
  readonly trials: readonly BesideTrial[]
  readonly platformGrants: readonly PlatformGrant[]
}

/** The attempts at what the project granted; what the platform grants by itself is told, not tried. */
export function planPrivileges(scene: BesideScene): BesidePlan {
  const found = askers(scene).flatMap((actor) => [
    ...scene.relations.flatMap((relation) => ofRelation(scene, relation, actor)),
    ...sequencesOf(scene).flatMap((sequence) => ofSequence(scene, sequence, actor)),
  ])
  return {
    trials: [
      ...found.flatMap((one) => ('attack' in one ? [one] : [])),
      ...planMemberships(scene),
      ...planTemporary(scene),
      ...planOracles(scene),
    ],
    platformGrants: grouped(found.flatMap((one) => ('objects' in one ? [one] : []))),
  }
}

type Found = BesideTrial | PlatformGrant

function ofRelation(scene: BesideScene, relation: Relation, actor: Actor): readonly Found[] {
  const { catalog } = scene
  if (relation.kind !== 'table' && relation.kind !== 'partitioned') return []
  if (!relation.rowSecurity.enabled || ownsOrBypasses(catalog, relation, actor.role)) return []
  if (!usable(catalog, relation.schema, actor.role)) return []
  const granted = relation.privileges.find(({ role }) => role === actor.role)?.relation ?? []
  const plan = { truncate: truncateTrial, trigger: triggerTrial, references: referencesTrial } as const
  return (['truncate', 'references', 'trigger'] as const).flatMap((privilege): readonly Found[] => {
    if (!granted.includes(privilege satisfies Privilege)) return []
    const trial = plan[privilege](scene, relation, actor)
    if (!trial) return []
    const origin = originOf(scene.origins, catalog, relation, privilege, actor.role)
    if (origin.kind === 'platform')
      return [{ command: privilege, role: actor.role, objects: [relation.qualified] }]
    return [origin.grant ? { ...trial, grant: origin.grant } : trial]
  })
}

function ofSequence(scene: BesideScene, sequence: Sequence, actor: Actor): readonly Found[] {
  const { catalog } = scene
  if (!usable(catalog, sequence.schema, actor.role) || sequence.owner === actor.role) return []
  if (
    catalog.roles.some(
      ({ name, superuser, inherits }) =>
        name === actor.role && (superuser || inherits.includes(sequence.owner)),
    )
  )
    return []
  const settable = sequence.settableBy.includes(actor.role)
  const readable = sequence.readableBy.includes(actor.role)
  const plan = [
    ...(readable ? [['select', sequenceTrial(sequence, actor, settable)] as const] : []),
    ...(settable ? [['update', settingTrial(sequence, actor)] as const] : []),
  ]
  return plan.flatMap(([privilege, trial]): readonly Found[] => {
    const origin = originOf(scene.origins, catalog, sequence, privilege, actor.role)
    if (origin.kind === 'platform')
      return [{ command: privilege, role: actor.role, objects: [sequence.qualified] }]
    return [origin.grant ? { ...trial, grant: origin.grant } : trial]
  })
}

const sequencesOf = ({ catalog, relations }: BesideScene): readonly Sequence[] => {
  const judged = new Set(relations.map(({ oid }) => oid))
  return catalog.sequences.filter(
    ({ schema, numbers }) => catalog.tested.includes(schema) && (numbers === null || judged.has(numbers)),
  )
}

function grouped(grants: readonly PlatformGrant[]): readonly PlatformGrant[] {
  const groups = new Map<string, PlatformGrant>()
  for (const one of grants) {
    const key = `${one.command} ${one.role}`
    const known = groups.get(key)
    groups.set(key, known ? { ...known, objects: [...known.objects, ...one.objects] } : one)
  }
  return [...groups.values()]
}
