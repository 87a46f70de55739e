import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * A project's folder, relative to the root of its repository, with forward slashes; '' at the root, and where no folder
 * above it holds `.git` (a folder, or of a worktree or submodule a file).
 * @param dir absolute
 */
export function rootOf(dir: string): string {
  for (let folder = dir; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return relative(folder, dir).replaceAll('\\', '/')
    if (dirname(folder) === folder) return ''
  }
}
