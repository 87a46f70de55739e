import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { openStage } from './scene.ts'

/*
 * Prisma 7 runs its queries in WebAssembly over node-postgres. Its packages are no dependency of this project: RLS_PRISMA_DIR
 * names a folder with a node_modules that has prisma, @prisma/client and @prisma/adapter-pg.
 */
const FOLDER = process.env['RLS_PRISMA_DIR'] ?? fileURLToPath(new URL('../..', import.meta.url))
const found = ['prisma', '@prisma/client', '@prisma/adapter-pg'].every((name) =>
  existsSync(join(FOLDER, 'node_modules', name, 'package.json')),
)
const title = `Prisma${found ? '' : ' (skipped: no prisma, @prisma/client and @prisma/adapter-pg in RLS_PRISMA_DIR)'}`

interface Note {
  readonly body: string
}

interface Notes {
  findMany(query?: object): Promise<readonly Note[]>
  create(query: { data: object }): Promise<Note>
  createMany(query: { data: readonly object[] }): Promise<{ readonly count: number }>
  update(query: object): Promise<Note>
  updateMany(query: object): Promise<{ readonly count: number }>
}

/** What of the generated client is used here; the client itself is made while the test runs. */
interface Prisma {
  readonly note: Notes
  $transaction<Result>(work: (tx: Prisma) => Promise<Result>): Promise<Result>
  $transaction<Result>(work: readonly Promise<Result>[], how?: object): Promise<readonly Result[]>
  $queryRaw(text: TemplateStringsArray, ...values: readonly unknown[]): Promise<unknown>
  $disconnect(): Promise<void>
}

export function describePrisma(target: () => ConnectionTarget): void {
  test.skipIf(!found)(title, async () => {
    await using stage = await openStage(target())
    const before = await stage.place()
    await using workshop = openWorkshop()
    const prisma = await clientOf(workshop.folder, (await stage.gateway()).url)
    const bodies = async (): Promise<readonly string[]> =>
      (await prisma.note.findMany({ orderBy: { id: 'asc' } })).map(({ body }) => body)
    expect(await bodies()).toEqual(['of alice'])
    expect(await prisma.note.create({ data: { body: 'new' } })).toMatchObject({ body: 'new' })
    expect(await prisma.note.updateMany({ where: { body: 'of carol' }, data: { body: 'x' } })).toEqual({
      count: 0,
    })
    const stranger = '00000000-0000-4000-8000-00000000ca01'
    await expect(prisma.note.create({ data: { body: 'forged', userId: stranger } })).rejects.toThrow(
      /row-level security|42501/,
    )
    await prisma.$transaction(async (tx) => {
      await tx.note.create({ data: { body: 'kept' } })
    })
    await expect(
      prisma.$transaction(async (tx) => {
        await tx.note.create({ data: { body: 'lost' } })
        await tx.note.create({ data: { body: 'forbidden' } })
      }),
    ).rejects.toThrow()
    await expect(
      prisma.$transaction([
        prisma.note.create({ data: { body: 'lost' } }),
        prisma.note.create({ data: { body: 'forbidden' } }),
      ]),
    ).rejects.toThrow()
    await expect(prisma.note.update({ where: { id: 2 }, data: { body: 'x' } })).rejects.toMatchObject({
      code: 'P2025',
    })
    const claims = JSON.stringify({ sub: stranger, role: 'authenticated' })
    const [, seen] = await prisma.$transaction<unknown>(
      [
        prisma.$queryRaw`select set_config('request.jwt.claims', ${claims}, true)`,
        prisma.note.findMany({ select: { body: true } }),
      ],
      { isolationLevel: 'Serializable' },
    )
    expect(seen).toEqual([{ body: 'of carol' }])
    expect(await prisma.note.createMany({ data: [{ body: 'a' }, { body: 'b' }] })).toEqual({ count: 2 })
    expect(await prisma.$queryRaw`select current_user::text as role`).toEqual([{ role: 'authenticated' }])
    expect(await bodies()).toEqual(['of alice', 'new', 'kept', 'a', 'b'])
    await prisma.$disconnect()
    expect(await stage.place()).toEqual(before)
  })
}

interface Workshop extends AsyncDisposable {
  readonly folder: string
}

function openWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'rls-prisma-'))
  return {
    folder,
    [Symbol.asyncDispose]: () => {
      rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}

/** Has Prisma generate a client, without its schema engine: that would be fetched, and generating does not need it. */
async function clientOf(folder: string, connectionString: string): Promise<Prisma> {
  symlinkSync(join(FOLDER, 'node_modules'), join(folder, 'node_modules'))
  cpSync(new URL('../recipes/prisma.schema', import.meta.url), join(folder, 'schema.prisma'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'prisma.config.ts'), "export default { schema: 'schema.prisma' }\n")
  execFileSync(process.execPath, [join(FOLDER, 'node_modules/prisma/build/index.js'), 'generate'], {
    cwd: folder,
    stdio: 'pipe',
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  })
  const generated = (await load(join(folder, 'generated/client.ts'))) as {
    readonly PrismaClient: new (options: object) => Prisma
  }
  const driver = (await load(join(folder, 'node_modules/@prisma/adapter-pg/dist/index.mjs'))) as {
    readonly PrismaPg: new (options: object) => object
  }
  return new generated.PrismaClient({ adapter: new driver.PrismaPg({ connectionString }) })
}

function load(path: string): Promise<unknown> {
  return import(/* @vite-ignore */ pathToFileURL(path).href)
}
