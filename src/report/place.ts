/** `storage.objects/avatars`: a relation, and the part of it that something is about. */
export const placeOf = (relation: string, scope: string | undefined): string =>
  scope === undefined ? relation : `${relation}/${scope}`
