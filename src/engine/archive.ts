import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { RunAs } from './run-as.ts'

/** path relative to the directory, with slashes; size in bytes, or null for a folder */
type Entry = readonly [path: string, size: number | null]

const MAGIC = 'rls-harness archive 1\n'
const PREFIX_BYTES = MAGIC.length + 4
/** small enough to stay in a core's cache */
const CHUNK_BYTES = 256 * 1024

/** Left by a running server; a copy that carried them would look like a crashed one. */
const TRANSIENT = new Set(['postmaster.pid', 'postmaster.opts'])

/** Where a table has free space, and which of its pages all may see: a server does without (manual, "Free Space Map"). */
const FORK = /^(?:base|global)\/.*_(?:fsm|vm)$/

/**
 * Packs the folders and regular files of a cluster into one file, which appears complete or not at all: other runs may read and write
 * the same cache. One file is read several times faster than a thousand small ones.
 *
 * @throws Error for a link (a tablespace lies outside the directory), and what the file system throws
 */
export function packDirectory(dir: string, file: string): void {
  const entries = listEntries(dir, '')
  const index = Buffer.from(JSON.stringify(entries))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(index.length)
  fs.mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.${randomUUID()}.tmp`
  try {
    const output = fs.openSync(draft, 'wx', 0o600)
    try {
      writeAll(output, Buffer.concat([Buffer.from(MAGIC), length, index]))
      for (const [path, size] of entries) if (size !== null) appendFile(output, join(dir, path), size)
    } finally {
      fs.closeSync(output)
    }
    fs.renameSync(draft, file)
  } catch (error) {
    fs.rmSync(draft, { force: true })
    throw error
  }
}

/**
 * Recreates what packDirectory() packed, readable only to `owner`. `dir` must not exist.
 *
 * @throws Error when the file is not a whole archive, and what the file system throws; `dir` may then be half there
 */
export function unpackDirectory(file: string, dir: string, owner: RunAs = {}): void {
  const input = fs.openSync(file, 'r')
  try {
    const entries = readIndex(input)
    // the same memory for all of it: fresh pages take longer than what is copied through them
    const through = Buffer.allocUnsafe(CHUNK_BYTES)
    makeFolder(dir, owner)
    for (const [path, size] of entries) {
      if (size === null) makeFolder(join(dir, path), owner)
      else extractFile(input, through, join(dir, path), size, owner)
    }
  } finally {
    fs.closeSync(input)
  }
}

function listEntries(dir: string, parent: string): readonly Entry[] {
  return fs.readdirSync(join(dir, parent), { withFileTypes: true }).flatMap((entry): readonly Entry[] => {
    const path = parent === '' ? entry.name : `${parent}/${entry.name}`
    if (entry.isDirectory()) return [[path, null], ...listEntries(dir, path)]
    if (!entry.isFile()) throw new Error(`${join(dir, path)} is neither a folder nor a regular file`)
    return TRANSIENT.has(path) || FORK.test(path) ? [] : [[path, fs.statSync(join(dir, path)).size]]
  })
}

function appendFile(output: number, path: string, size: number): void {
  const content = fs.readFileSync(path)
  if (content.length !== size) throw new Error(`${path} changed while it was packed`)
  writeAll(output, content)
}

function writeAll(output: number, content: Buffer): void {
  let written = 0
  while (written < content.length) written += fs.writeSync(output, content, written)
}

/** Leaves the file position at the first byte of content. */
function readIndex(input: number): readonly Entry[] {
  const prefix = readExactly(input, PREFIX_BYTES)
  if (prefix.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('not an archive of the harness')
  const indexLength = prefix.readUInt32LE(MAGIC.length)
  const entries = JSON.parse(readExactly(input, indexLength).toString()) as readonly Entry[]
  const expected = entries.reduce((total, [, size]) => total + (size ?? 0), PREFIX_BYTES + indexLength)
  if (fs.fstatSync(input).size !== expected) throw new Error('the archive was cut off')
  return entries
}

function readExactly(input: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  fill(input, buffer)
  return buffer
}

function fill(input: number, buffer: Buffer): void {
  let filled = 0
  while (filled < buffer.length) {
    const count = fs.readSync(input, buffer, filled, buffer.length - filled, null)
    if (count === 0) throw new Error('the archive was cut off')
    filled += count
  }
}

function makeFolder(path: string, owner: RunAs): void {
  fs.mkdirSync(path, { mode: 0o700 })
  if (owner.uid !== undefined && owner.gid !== undefined) fs.chownSync(path, owner.uid, owner.gid)
}

function extractFile(input: number, through: Buffer, path: string, size: number, owner: RunAs): void {
  const output = fs.openSync(path, 'wx', 0o600)
  try {
    for (let left = size; left > 0; left -= through.length) {
      const part = through.subarray(0, Math.min(left, through.length))
      fill(input, part)
      writeAll(output, part)
    }
    if (owner.uid !== undefined && owner.gid !== undefined) fs.fchownSync(output, owner.uid, owner.gid)
  } finally {
    fs.closeSync(output)
  }
}
