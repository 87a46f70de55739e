import type { Catalog } from '../domain/catalog.ts'

/**
 * What depends on something that is in doubt is in doubt itself: policies on what they look into and the functions that they
 * call, views on what they read, functions on what stands in their bodies. Names are looked for in texts: rather once
 * too often.
 *
 * @param doubts the reasons, by qualified name or signature
 */
export function spreadDoubts(
  doubts: ReadonlyMap<string, string>,
  catalog: Catalog,
): ReadonlyMap<string, string> {
  const all = new Map(doubts)
  const things = thingsIn(catalog)
  const byName = new Map(things.map((one) => [one.key, one]))
  let news = [...doubts.keys()].flatMap((key) => byName.get(key) ?? [])
  while (news.length > 0) {
    const next: Thing[] = []
    for (const thing of things) {
      if (all.has(thing.key)) continue
      const cause = news.find((one) => thing.oids.has(one.oid) || one.mention.test(thing.text))
      if (!cause) continue
      all.set(thing.key, `it depends on ${cause.key}: ${(all.get(cause.key) ?? '').replace(DEPENDS, '')}`)
      next.push(thing)
    }
    news = next
  }
  return all
}

const DEPENDS = /^(it depends on .*?: )+/

interface Thing {
  readonly key: string
  readonly oid: number
  /** finds it in the text of another */
  readonly mention: RegExp
  readonly text: string
  /** what it certainly reads */
  readonly oids: ReadonlySet<number>
}

function thingsIn({ relations, routines }: Catalog): readonly Thing[] {
  return [
    ...relations.map(({ oid, qualified, schema, name, policies, view, triggers }): Thing => ({
      key: qualified,
      oid,
      mention: mentionOf(schema, name, String.raw`(?:from|join|update|into|only|table)\s+\(*`, ''),
      text: [
        ...policies.flatMap(({ using, withCheck }) => [using ?? '', withCheck ?? '']),
        ...triggers.map(({ functionName }) => `${functionName}(`),
      ].join('\n'),
      oids: new Set(view?.reads),
    })),
    ...routines.map(({ oid, signature, schema, name, body }): Thing => ({
      key: signature,
      oid,
      mention: mentionOf(schema, name, '', String.raw`\s*\(`),
      text: body,
      oids: new Set(),
    })),
  ]
}

function mentionOf(schema: string, name: string, before: string, after: string): RegExp {
  const plain = (text: string): string => `"?${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}"?`
  const head = before === '' ? String.raw`(?<![\w$"])` : before
  return new RegExp(`${head}(?:${plain(schema)}\\s*\\.\\s*)?${plain(name)}(?![\\w$])${after}`, 'i')
}
