import { beforeAll, expect, test } from 'vitest'
import type { Relation } from '../domain/catalog.ts'
import { loadParser } from '../sql/parse.ts'
import { refusals } from './demands.ts'

beforeAll(loadParser)

const RELATION = { schema: 'public', name: 't' } as unknown as Relation
const refused = (body: string): readonly string[] => refusals({ body }, RELATION)

test('a row is refused under the conditions that lead to an error or drop it', () => {
  expect(
    refused(`declare most int := 3; begin
      if tg_op = 'UPDATE' then return new; end if;
      if new.a > most then raise exception 'no'; elsif new.b then return null; end if;
      raise notice 'fine';
      return new;
    end`),
  ).toEqual([
    `(('INSERT'::text = 'UPDATE') is not true) and (new.a > (3))`,
    `(('INSERT'::text = 'UPDATE') is not true) and ((new.a > (3)) is not true) and (new.b)`,
  ])
})

test('what was selected into a variable stands for it', () => {
  expect(
    refused(`declare stock int; begin
      select p.stock into stock from products p where p.id = new.product_id;
      if not found or stock < new.quantity then raise exception 'no'; end if;
      return new;
    end`),
  ).toEqual([
    expect.stringMatching(/^\(not exists \(select p\.stock .*or \(select q\.c0 from .* < new\.quantity\)$/s),
  ])
})

test('a body that refuses everything, and one that cannot be read, say nothing about values', () => {
  expect(refused(`begin raise exception 'closed'; end`)).toEqual([])
  expect(refused('begin if')).toEqual([])
})
