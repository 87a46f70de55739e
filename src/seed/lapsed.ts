import type { Lapse, Model } from '../domain/ownership.ts'
import type { Person } from './cast.ts'

const MOST_LAPSES = 3

/** Ways of being out of force beside the one that dave stands for. */
export const lapsesOf = (model: Model): readonly Lapse[] =>
  model.tenants
    .flatMap(({ memberships }) => memberships.flatMap(({ lapses }) => lapses ?? []))
    .slice(0, MOST_LAPSES)

/** Once a member, or not yet one. */
export const isLapsed = ({ membership }: Person): boolean =>
  membership === 'inactive' ||
  (typeof membership === 'object' && membership !== null && 'lapse' in membership)
