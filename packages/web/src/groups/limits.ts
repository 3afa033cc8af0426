/** Characters of a group's name at most (`group/update`). */
export const GROUP_NAME_MAX = 60
/** Characters of an announcement at most. */
export const ANNOUNCEMENT_MAX = 1000
/** For how long somebody can be muted, seconds. */
export const SILENCES = [600, 3600, 43_200, 86_400, 604_800, 2_592_000] as const
