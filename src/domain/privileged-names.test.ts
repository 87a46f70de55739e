import { expect, test } from 'vitest'
import { grantsByName, isEntitlement } from './privileged-names.ts'

const named = (name: string, ...columns: string[]) => ({
  name,
  columns: columns.map((column) => ({ name: column })),
})

test('what is paid for shows in a name, or in the number that a payment provider gave it', () => {
  expect(isEntitlement(named('subscriptions'))).toBe(true)
  expect(isEntitlement(named('user_trials'))).toBe(true)
  expect(isEntitlement(named('profiles', 'id', 'stripeSubscriptionId'))).toBe(true)
  expect(isEntitlement(named('profiles', 'id', 'stripe_customer_id'))).toBe(false)
})

test('who is told about what is nothing that is paid for', () => {
  for (const name of ['push_subscriptions', 'newsletter_subscriptions', 'channelSubscriptions'])
    expect(isEntitlement(named(name)), name).toBe(false)
})

test('an entitlement grants by its state and by when it ends, not by when it began', () => {
  const trials = named('trials')
  for (const name of ['status', 'trial_end_time', 'currentPeriodEnd', 'expires_at', 'valid_until'])
    expect(grantsByName(trials, name), name).toBe(true)
  for (const name of [
    'trial_start_time',
    'created_at',
    'updated_at',
    'deleted_at',
    'cancel_at_period',
    'friend',
  ])
    expect(grantsByName(trials, name), name).toBe(false)
})

test('beside a provider’s number only what is paid for counts: an address has a state, too', () => {
  const profiles = named('profiles', 'stripe_subscription_id')
  expect(grantsByName(profiles, 'subscription_status')).toBe(true)
  expect(grantsByName(profiles, 'state')).toBe(false)
  expect(grantsByName(profiles, 'ban_expires_at')).toBe(false)
  expect(grantsByName(named('profiles'), 'subscription_status')).toBe(false)
})
