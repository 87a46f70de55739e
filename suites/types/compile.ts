import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Functions as the library of tests has them, with the types that a generated file fills in. */
const PREAMBLE = `import { defineConfig } from 'rls-harness'
import type { ArgumentsOf, ColumnOf, InsertOf, KnownFunction, KnownRelation, KnownRole, ResultOf, RowOf, ValuesOf } from 'rls-harness'
declare function seed<R extends KnownRelation>(relation: R, values: Partial<InsertOf<R>>): RowOf<R>
declare function insert<R extends KnownRelation>(relation: R, values: InsertOf<R>): void
declare function where<R extends KnownRelation>(relation: R, values: ValuesOf<R>): void
declare function columns<R extends KnownRelation>(relation: R, names: readonly ColumnOf<R>[]): void
declare function call<F extends KnownFunction>(name: F, values: ArgumentsOf<F>): ResultOf<F>
declare function as(role: KnownRole): void
`

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  paths: { 'rls-harness': [join(root, 'src/index.ts')] },
}

/**
 * The lines that TypeScript refuses, of a program in a folder of its own and of the generated file beside it.
 *
 * @param generated null: no such file is part of the program
 */
export function complaints(
  folder: string,
  generated: string | null,
  lines: readonly string[],
): readonly string[] {
  mkdirSync(folder)
  const usage = join(folder, 'usage.ts')
  writeFileSync(usage, `${PREAMBLE}${lines.join('\n')}\n`)
  // as .ts and not .d.ts: what is in declaration files is not checked (skipLibCheck)
  const file = join(folder, 'generated.ts')
  if (generated !== null) writeFileSync(file, generated)
  const program = ts.createProgram([usage, ...(generated === null ? [] : [file])], OPTIONS)
  const refused = [usage, file]
    .flatMap((path) => program.getSourceFile(path) ?? [])
    .flatMap((source) =>
      [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => {
        const { line } = source.getLineAndCharacterOfPosition(found.start ?? 0)
        return source.text.split('\n')[line]?.trim() ?? ''
      }),
    )
  return [...new Set(refused)]
}
