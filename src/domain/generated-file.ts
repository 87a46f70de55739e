/** What the first line of a generated file begins with: what does not is somebody's own file. */
export const GENERATED = '// Written by `rls-harness types`'
