import { log } from '../../log.ts'
import type { Publish } from '../conversations/index.ts'
import { type ProfileChange, pictureOf } from '../users/index.ts'
import type { Friends } from './friends.ts'

interface Dependencies {
  friends: Friends
  publish: Publish
}

/**
 * Pushes `profile` after a change of how somebody shows themselves: to their own devices, and, when it is something that
 * others see, to their friends. The change is on disk: a failure is logged and fails nothing.
 */
export async function tellProfile(
  { friends, publish }: Dependencies,
  { account, isSeen }: ProfileChange,
): Promise<void> {
  const { uid, nickname, sign } = account
  const profile = { uid, nickname, avatar: pictureOf(account), sign }
  publish(`user-${uid}`, 'profile', { ...profile, read_receipts: account.read_receipts === 1 ? 1 : 0 })
  if (!isSeen) return
  try {
    const channels = (await friends.uidsOf(uid)).map((friend) => `user-${friend}`)
    if (channels.length > 0) publish(channels, 'profile', profile)
  } catch (error) {
    log.error({ uid, error: String(error) }, 'profile_not_told')
  }
}
