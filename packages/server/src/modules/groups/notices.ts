import { groupChannel, personLink } from '@parley/contract'
import type { Clock } from '../../clock.ts'
import type { Database, Group } from '../../storage/index.ts'
import { type Publish, post } from '../conversations/index.ts'
import type { Account } from '../users/index.ts'

/** The most people that a notice names one by one. */
const NAMED_MAX = 20

const DAY_MINUTES = 24 * 60
const MINUTE_MS = 60_000

/** Who a notice is about. */
export type Person = Pick<Account, 'uid' | 'nickname'>

/** What people wrote, made harmless: nothing of it can be read as a link or as a line of its own. */
const plain = (text: string) =>
  text
    .replace(/\s+/g, ' ')
    .replaceAll('[', '［')
    .replaceAll(']', '］')
    .replaceAll('(', '（')
    .replaceAll(')', '）')

const who = ({ uid, nickname }: Person) => personLink(uid, plain(nickname))

function everybody(people: readonly Person[]): string {
  const names = people.slice(0, NAMED_MAX).map(who).join('、')
  return people.length > NAMED_MAX ? `${names} 等 ${people.length} 人` : names
}

const titled = (leader: Person, role: 'owner' | 'manager') =>
  `${role === 'owner' ? '群主' : '管理员'} ${who(leader)}`

/** `N天N小时N分钟`: minutes rounded up, zero parts left out. */
function duration(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / MINUTE_MS))
  const parts: Array<[number, string]> = [
    [Math.floor(minutes / DAY_MINUTES), '天'],
    [Math.floor((minutes % DAY_MINUTES) / 60), '小时'],
    [minutes % 60, '分钟'],
  ]
  return parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : '')).join('')
}

/** The texts of notices. Chinese for everybody, as they are stored in the group's history (protocol, 1.5). */
export const noticeText = {
  invited: (inviter: Person, people: readonly Person[]) =>
    `${who(inviter)} 邀请 ${everybody(people)} 加入了群聊`,
  joined: (joiner: Person) => `${who(joiner)} 通过扫描二维码加入了群聊`,
  removed: (remover: Person, people: readonly Person[]) =>
    `${who(remover)} 将 ${everybody(people)} 移出了群聊`,
  left: (leaver: Person) => `${who(leaver)} 退出了群聊`,
  succeeded: (owner: Person) => `${who(owner)} 成为新的群主`,
  transferred: (owner: Person, heir: Person) => `${titled(owner, 'owner')} 将群主转让给 ${who(heir)}`,
  appointed: (owner: Person, manager: Person) => `${titled(owner, 'owner')} 将 ${who(manager)} 设为管理员`,
  dismissed: (owner: Person, manager: Person) =>
    `${titled(owner, 'owner')} 取消了 ${who(manager)} 的管理员身份`,
  renamed: (owner: Person, name: string) => `${titled(owner, 'owner')} 将群名称修改为 ${plain(name)}`,
  pictureChanged: (owner: Person) => `${titled(owner, 'owner')} 更换了群头像`,
  announced: (leader: Person, role: 'owner' | 'manager', announcement: string) =>
    `${titled(leader, role)} ${announcement === '' ? '清空了群公告' : '更新了群公告'}`,
  silenced: (member: Person, ms: number) => `${who(member)} 被禁言 ${duration(ms)}`,
  unsilenced: (member: Person) => `${who(member)} 被解除禁言`,
  allSilenced: (leader: Person, role: 'owner' | 'manager') => `${titled(leader, role)} 设置全群禁言`,
  allUnsilenced: (leader: Person, role: 'owner' | 'manager') => `${titled(leader, role)} 解除全群禁言`,
}

/** The group as a notice names it. */
export type NoticeGroup = Pick<Group, 'gid' | 'conversation_id' | 'groupname' | 'avatar'>

interface NoticeOptions {
  /** Where the notice is pushed; the group's own channel when not given. */
  channels?: readonly string[]
  /** Pushes what the notice tells of, in the same turn and just before it. */
  first?: () => void
  /** `from_avatar` of the push; empty where the original sent none. */
  fromAvatar?: string
}

interface Dependencies {
  db: Database
  publish: Publish
  clock: Clock
}

/** Puts notices into a group's history and pushes them. */
export class Notices {
  readonly #db: Database
  readonly #publish: Publish
  readonly #clock: Clock

  constructor({ db, publish, clock }: Dependencies) {
    this.#db = db
    this.#publish = publish
    this.#clock = clock
  }

  /**
   * Commits a notice, then pushes it. `first` runs between the two: a client that begins to listen because of those
   * pushes cannot be listening yet when the notice passes, so nobody who gets it on two channels hears it twice.
   */
  async post(group: NoticeGroup, from: Person, content: string, options: NoticeOptions = {}): Promise<void> {
    const { channels = [groupChannel(group.gid)], fromAvatar = '' } = options
    let first = options.first
    const publish: Publish = (channel, event, payload) => {
      first?.()
      first = undefined
      this.#publish(channel, event, payload)
    }
    await post(this.#db, publish, {
      conversationId: group.conversation_id,
      from: from.uid,
      content,
      subType: 'notice',
      at: this.#clock(),
      channels,
      labels: {
        type: 'group',
        to: group.gid,
        from_name: from.nickname,
        from_avatar: fromAvatar,
        to_name: group.groupname,
        to_avatar: group.avatar,
      },
    })
  }
}
