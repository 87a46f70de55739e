import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { globSync } from 'tinyglobby'
import type { CommandSource } from '../domain/config.ts'
import { byCommand } from '../domain/place.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { codeOrder } from './natural-order.ts'
import { isFolder } from './text-file.ts'

/** A command stands for one file, whose text there is only once it ran. */
export function findCommand(projectDir: string, command: CommandSource): Source {
  const cwd = command.cwd ?? '.'
  if (!isFolder(projectDir, cwd))
    throw new HarnessError(
      'CONFIG_INVALID',
      `${cwd}: there is no such directory to run ${nameOf(command)} in`,
    )
  const path = byCommand(command.command)
  const sha256 = digest(projectDir, command)
  return {
    tool: 'command',
    files: [{ path, text: '', sha256, transaction: 'auto', role: 'migration', command }],
    notes: [],
  }
}

const nameOf = ({ command }: CommandSource): string =>
  typeof command === 'string' ? command : command.join(' ')

/** What is said about the command, and what it declares to read. */
function digest(projectDir: string, command: CommandSource): string {
  const hash = createHash('sha256').update(JSON.stringify(command))
  for (const pattern of command.inputs ?? []) {
    const files = globSync(pattern, { cwd: projectDir, ignore: ['**/node_modules/**'], dot: true })
    if (files.length === 0)
      throw new HarnessError(
        'SOURCES_NOT_FOUND',
        `${pattern}, an input of ${nameOf(command)}, matches no file`,
      )
    for (const file of files.toSorted(codeOrder))
      hash.update(`\0${file}\0`).update(readFileSync(resolve(projectDir, file)))
  }
  return hash.digest('hex')
}
