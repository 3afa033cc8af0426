/** The name of an upload of a site like this one: day, second and 128 random bits, so that no other site's fits. */
const UPLOAD =
  /^(?:https?:)?\/\/[^/\\]+(\/upload\/(?:(?:images|files)\/\d{6}|(?:avatars|groups)\/\d+\/\d+)\/\d{2}[0-9a-f]{40}\.[a-z0-9]+(?:[?#].*)?)$/i

/**
 * The address of an upload as this page reaches it. Messages name the host under which their writer sees the site, and the
 * reader may have come by another one: by a name and by a number, from inside and from outside.
 */
export const ownAddress = (url: string): string => UPLOAD.exec(url)?.[1] ?? url
