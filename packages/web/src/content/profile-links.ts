import type { InjectionKey } from 'vue'

/** Whose names in texts lead to their profiles: given by what shows the texts. Without it all of them do. */
export const profileLinksKey: InjectionKey<(uid: number) => boolean> = Symbol('profile links')
