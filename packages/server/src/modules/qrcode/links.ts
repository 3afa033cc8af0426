/*
 * What Parley's own QR codes hold: links of this site, so that any camera leads somewhere.
 */

const FRIEND_PATH = '/q/u/'
const GROUP_PATH = '/q/g/'

/** The link on somebody's card: their public numeric id. @param origin `https://host` of the site */
export const friendLink = (origin: string, nid: number): string => `${origin}${FRIEND_PATH}${nid}`

/** The link of a group's invitation. @param origin `https://host` of the site */
export const groupLink = (origin: string, gid: number, token: string): string =>
  `${origin}${GROUP_PATH}${gid}?t=${token}`

/** The switch that governs QR codes with this content, if it is a link of this site. */
export function switchFor(content: string, origin: string): 'qrcode_friend' | 'qrcode_group' | undefined {
  if (content.startsWith(origin + FRIEND_PATH)) return 'qrcode_friend'
  if (content.startsWith(origin + GROUP_PATH)) return 'qrcode_group'
  return undefined
}
