import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packDirectory, unpackDirectory } from './archive.ts'

let dir: string

beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), 'rls-archive-'))
  fs.mkdirSync(join(dir, 'from', 'empty', 'deep'), { recursive: true })
  fs.writeFileSync(join(dir, 'from', 'größe'), Buffer.from([0, 255, 10]))
  fs.writeFileSync(join(dir, 'from', 'empty', 'nothing'), '')
})
afterEach(() => fs.rmSync(dir, { recursive: true }))

const path = (name: string): string => join(dir, name)

describe('an archive', () => {
  it('gives back every folder and every byte', () => {
    packDirectory(path('from'), path('a.archive'))
    unpackDirectory(path('a.archive'), path('to'))
    expect(fs.readdirSync(path('to'), { recursive: true, encoding: 'utf8' })).toEqual(
      expect.arrayContaining(['größe', 'empty', join('empty', 'deep'), join('empty', 'nothing')]),
    )
    expect([...fs.readFileSync(path('to/größe'))]).toEqual([0, 255, 10])
  })

  it('leaves out what a running server left', () => {
    fs.writeFileSync(path('from/postmaster.pid'), '1')
    packDirectory(path('from'), path('a.archive'))
    unpackDirectory(path('a.archive'), path('to'))
    expect(fs.existsSync(path('to/postmaster.pid'))).toBe(false)
  })

  it('is not made of a directory with links, and no draft of it stays', () => {
    fs.symlinkSync('/', path('from/tablespace'))
    expect(() => packDirectory(path('from'), path('a.archive'))).toThrow(
      'neither a folder nor a regular file',
    )
    expect(fs.readdirSync(dir)).toEqual(['from'])
  })

  it.each([0, 10, 24, 40, 98])('that was cut off after %i bytes is refused', (length) => {
    packDirectory(path('from'), path('a.archive'))
    expect(fs.statSync(path('a.archive')).size).toBe(99)
    fs.truncateSync(path('a.archive'), length)
    expect(() => unpackDirectory(path('a.archive'), path('to'))).toThrow(/cut off|not an archive|JSON/)
    expect(fs.existsSync(path('to'))).toBe(false)
  })
})
