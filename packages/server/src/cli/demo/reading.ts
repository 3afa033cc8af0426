import type { Kysely } from 'kysely'
import type { Tables } from '../../storage/index.ts'
import { CLUBS } from './clubs.ts'
import { REMARKS } from './people.ts'
import type { Chat, PlannedLine } from './plan.ts'
import type { Random } from './random.ts'
import type { Stage } from './stage.ts'
import type { Town } from './town.ts'

/** How many of the chats of others than the main person hold something unread. */
const UNREAD_SHARE = 0.35
/** She sees the most of all chats, so that there is something to look at. */
const MAIN_PERSON = 'linxiaoyu'
/** Has not looked into this group for weeks: the badge reads 99+. */
const NEGLECTED = { username: 'hanxu', club: '周末徒步小分队', unread: 120 } as const

/** What people did with their own list of chats: read, pinned, muted, named. */
export class Reading {
  constructor(
    private readonly stage: Stage,
    private readonly town: Town,
    private readonly random: Random,
  ) {}

  /** Leaves everything read but for what was said last in some chats. */
  async read(lines: readonly PlannedLine[]): Promise<void> {
    const { db } = this.stage.services
    await markAllRead(db.write)
    for (const [chat, said] of byChat(lines)) {
      for (const username of membersOf(chat)) {
        const unread = trailing(said, username)
        const share = username === MAIN_PERSON ? 0.5 : UNREAD_SHARE
        if (unread > 0 && this.random.next() < share) await this.#leaveUnread(chat, username, unread)
      }
    }
    const club = CLUBS.find(({ name }) => name === NEGLECTED.club)!
    await this.#leaveUnread({ kind: 'group', club }, NEGLECTED.username, NEGLECTED.unread)
  }

  async #leaveUnread(chat: Chat, username: string, unread: number): Promise<void> {
    const uid = this.town.uidOf(username)
    const id = this.town.conversationOf(chat)
    const { conversations } = this.stage.services
    // Those who have left meanwhile read nothing any more.
    if (await conversations.membership(id, uid)) await conversations.setUnread(id, uid, unread)
  }

  /** Pins, mutes, hides and names chats. */
  async arrange(): Promise<void> {
    const { stage, town } = this
    const friend = (who: string, other: string, values: Record<string, string | number>) =>
      stage.call('friend/update', town.uidOf(who), { friend_uid: town.uidOf(other), ...values })
    const group = (who: string, club: string, values: Record<string, number>) =>
      stage.call('group/memberupdate', town.uidOf(who), { gid: town.gidOf(club), ...values })
    await group(MAIN_PERSON, '产品研发组', { top: 1 })
    await friend(MAIN_PERSON, 'guifang', { top: 1 })
    await group(MAIN_PERSON, '午饭吃什么', { muted: 1 })
    await group(MAIN_PERSON, '全员通知', { muted: 1 })
    await friend(MAIN_PERSON, 'zhaolei', { state: 'hidden' })
    await group('emma', 'Book Club', { top: 1 })
    await group('hanxu', NEGLECTED.club, { muted: 1 })
    await friend('chenhao', 'sunlei', { top: 1, muted: 1 })
    await stage.call('group/remark', town.uidOf(MAIN_PERSON), {
      gid: town.gidOf('相亲相爱一家人'),
      remark: '家',
    })
    for (const [who, other, remark] of REMARKS) {
      await stage.call('friend/remark', town.uidOf(who), { friend_uid: town.uidOf(other), remark })
    }
  }
}

async function markAllRead(db: Kysely<Tables>): Promise<void> {
  await db
    .updateTable('membership')
    .set((eb) => ({
      read_seq: eb
        .selectFrom('conversation')
        .select('last_seq')
        .whereRef('conversation.id', '=', 'membership.conversation_id'),
      read_counted: eb
        .selectFrom('conversation')
        .select('counted')
        .whereRef('conversation.id', '=', 'membership.conversation_id'),
    }))
    .execute()
}

function byChat(lines: readonly PlannedLine[]): Map<Chat, PlannedLine[]> {
  const chats = new Map<Chat, PlannedLine[]>()
  for (const line of lines) {
    const said = chats.get(line.chat)
    if (said) said.push(line)
    else chats.set(line.chat, [line])
  }
  return chats
}

const membersOf = (chat: Chat): readonly string[] => (chat.kind === 'group' ? chat.club.members : chat.pair)

/** How much was said since somebody last spoke. */
function trailing(said: readonly PlannedLine[], username: string): number {
  return said.length - 1 - said.findLastIndex(({ from }) => from === username)
}
