import { expect, test } from 'vitest'
import { isImageName } from './image-name.ts'

test.each([
  'postgres',
  'postgres:17-alpine',
  'supabase/postgres:17.4.1.043',
  'localhost:5000/own/postgres',
  `postgres@sha256:${'a'.repeat(64)}`,
])('%s can be the name of an image', (name) => expect(isImageName(name)).toBe(true))

test.each(['', 'post gres', '-it', '$(id)', '../postgres'])('"%s" cannot', (name) =>
  expect(isImageName(name)).toBe(false),
)
