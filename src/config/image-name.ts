/** What an image's name looks like, for people. */
export const IMAGE_EXAMPLE = 'must be the name of an image like postgres:17 or supabase/postgres:17.4.1.043'

/** Whether a daemon could look for an image of that name; whether there is one is for the daemon to say. */
export function isImageName(text: string): boolean {
  return /^[a-z0-9][\w.:@/-]*$/i.test(text)
}
