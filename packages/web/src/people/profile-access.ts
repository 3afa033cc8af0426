import type { GroupInfo } from '@/stores/groups.ts'
import { useMe } from '@/stores/me.ts'
import { type Person, usePeople } from '@/stores/people.ts'
import { useRequests } from '@/stores/requests.ts'
import { useSite } from '@/stores/site.ts'

/** What is known of two people, as far as opening the profile of one of them hangs on it. */
interface Relation {
  /** The setting `member_detail`. */
  readonly isPublic: boolean
  readonly isSelf: boolean
  /** undefined: nothing is known of them. */
  readonly person: Pick<Person, 'isFriend' | 'isMember' | 'isFamily'> | undefined
  /** They have asked the user to be friends, and wait for an answer. */
  readonly asks: boolean
  /** What the user is in the group in which they meet; undefined elsewhere. */
  readonly role: GroupInfo['role'] | undefined
}

/**
 * Whether somebody's profile may be opened, as the server sees it (`user/get`): everybody's, unless the site has closed
 * the profiles of strangers in groups.
 */
export const mayOpenProfile = ({ isPublic, isSelf, person, asks, role }: Relation): boolean =>
  isPublic ||
  isSelf ||
  asks ||
  role === 'owner' ||
  role === 'manager' ||
  person?.isFriend === true ||
  person?.isMember === true ||
  person?.isFamily === true

/**
 * Gives a function that tells whose profile the user may open; its answers change with the site and with what is known.
 * @param role what the user is in the group in which the people meet
 */
export function useProfileAccess(
  role: () => GroupInfo['role'] | undefined = () => undefined,
): (uid: number) => boolean {
  const [site, me, people, requests] = [useSite(), useMe(), usePeople(), useRequests()]
  return (uid) =>
    mayOpenProfile({
      isPublic: site.isOn('member_detail'),
      isSelf: uid === me.uid,
      person: people.byId.get(uid),
      asks: requests.from(uid) !== undefined,
      role: role(),
    })
}
