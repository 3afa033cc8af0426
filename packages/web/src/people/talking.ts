import type { Person } from '@/stores/people.ts'

/** The switches of a site that one-to-one chats hang on. */
interface Switches {
  isOn(name: 'private_chat' | 'stranger_chat'): boolean
}

/**
 * Whether somebody may be written to, as the server sees it (message/send): friends, and an account and who opened it,
 * are no strangers.
 * @param person undefined: nothing is known of them, so they are a stranger
 */
export const mayTalk = (person: Pick<Person, 'isFriend' | 'isFamily'> | undefined, site: Switches): boolean =>
  site.isOn('private_chat') &&
  (site.isOn('stranger_chat') || person?.isFriend === true || person?.isFamily === true)
