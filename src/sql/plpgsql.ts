/**
 * A PL/pgSQL body whose declarations name no types of the project. The parser knows no catalog and takes each of those for
 * a row: lists behind INTO, where a row may not stand, make it refuse the body.
 */
export function withPlainTypes(body: string): string {
  return body.replace(/\bdeclare\b[\s\S]*?\bbegin\b/gi, (section) =>
    section.replace(DECLARATION, (whole: string, before: string, name: string, type: string) =>
      /^(record|refcursor|alias|cursor|no|scroll|constant)\b/i.test(type)
        ? whole
        : `${before}${name} ${hasFields(body, name) ? 'record' : 'text'}${type.endsWith(']') ? '[]' : ''}`,
    ),
  )
}

const NAME = String.raw`(?:"[^"]+"|\w+)`
/** `name type` behind DECLARE or the declaration before, up to what follows the type. */
const DECLARATION = new RegExp(
  String.raw`((?:\bdeclare\b|;)(?:\s|--.*\n)*)(${NAME})\s+(${NAME}(?:\.${NAME})*(?:%\w+)?(?:\s*\[\d*\])*)(?=\s*(?:;|:=|=|\bdefault\b|\bnot\b))`,
  'gi',
)

const hasFields = (body: string, name: string): boolean =>
  new RegExp(String.raw`(?<![\w.])${name.replaceAll('"', '"?')}\.`, 'i').test(body)
