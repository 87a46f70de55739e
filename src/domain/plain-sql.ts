/**
 * An expression for people: without what the server adds to every literal (`'public'::public.visibility` is `'public'`), and
 * with operators as they are usually written. It is for reading alone.
 */
export function plainSql(text: string): string {
  return text
    .replaceAll(/('(?:[^']|'')*')::(?:"[^"]+"|[\w.]+)+(?:\s+varying)?(?:\(\d+\))?(?![\w."[])/g, '$1')
    .replaceAll(/\(\(SELECT (auth\.\w+\(\))(?: AS \w+)?\)\)/gi, '$1')
    .replaceAll(/\(SELECT (auth\.\w+\(\))(?: AS \w+)?\)/gi, '$1')
    .replaceAll(/\bCAST\(([\w."]+(?:\(\))?) AS ([\w.]+)\)/g, '$1::$2')
    .replaceAll(
      / (!?)~~(\*?) /g,
      (_, not: string, any: string) => ` ${not ? 'not ' : ''}${any ? 'ilike' : 'like'} `,
    )
    .replaceAll(/\s+/g, ' ')
}
