/** How many members' pictures make up a group's. */
export const COMPOSED_MEMBERS_MAX = 9

/** What the address of a composed picture begins with, as the document shows it. */
const COMPOSED_PREFIX = '/h5/group/avatar?uid='

/** The address of the picture composed of these members' pictures; at most nine of them count. */
export const composedAddress = (uids: readonly number[]): string =>
  COMPOSED_PREFIX + uids.slice(0, COMPOSED_MEMBERS_MAX).join(',')

/** True for a group's picture that follows its members, false for one that somebody chose. */
export const isComposed = (avatar: string): boolean => avatar === '' || avatar.startsWith(COMPOSED_PREFIX)
