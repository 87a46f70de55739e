import { expect, test } from 'vitest'
import { assumedExtensions } from './assumed.ts'

test('what is used and made nowhere was switched on by hand', () => {
  const text = `select cron.schedule('x', '* * * * *', 'select 1');
    create table t (id uuid default uuid_generate_v7(), e vector(3), g geography(point, 4326), c citext);`
  expect(assumedExtensions([text], 'supabase')).toEqual([
    'citext',
    'pg_cron',
    'pg_uuidv7',
    'postgis',
    'vector',
  ])
})

test('what a migration makes is not assumed, wherever that stands', () => {
  const made = `create extension if not exists "pg_cron"; create extension vector with schema extensions;
    create or replace function public.uuid_generate_v7() returns uuid return null;`
  const used = `select cron.schedule('x', 'y'), uuid_generate_v7(); create table t (e vector(3));`
  expect(assumedExtensions([used, made], 'supabase')).toEqual([])
})

test('the platform brings some along', () => {
  const text = `select gen_salt('bf'), uuid_generate_v4(), net.http_get('x')`
  expect(assumedExtensions([text], 'supabase')).toEqual([])
  expect(assumedExtensions([text], 'none')).toEqual(['pg_net', 'pgcrypto', 'uuid-ossp'])
})

test('what a remark speaks of is not used', () => {
  expect(assumedExtensions(['-- vector(3) and cron.schedule(1)\n/* citext */ select 1'], 'none')).toEqual([])
})
