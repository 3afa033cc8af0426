import {
  AppError,
  CONTENT_SWITCHES,
  type ContentSwitch,
  EVERYBODY,
  mentionsIn,
  switchesOf,
} from '@parley/contract'
import type { Clock } from '../../clock.ts'
import { log } from '../../log.ts'
import type { Appended, Database } from '../../storage/index.ts'
import {
  type ChatAddress,
  type Conversations,
  type MessageLabels,
  type Publish,
  post,
} from '../conversations/index.ts'
import type { Friends } from '../friends/index.ts'
import { type Groups, leads } from '../groups/index.ts'
import type { Replies } from '../replies/index.ts'
import type { Settings } from '../settings/index.ts'
import { type Account, isSubUserPair, pictureOf, type Users } from '../users/index.ts'
import { chatChannels } from './chats.ts'
import { DirtyWords } from './dirty-words.ts'
import type { Quotes } from './quotes.ts'

/** What somebody wants to say, and where. */
export interface Outgoing {
  to: number
  type: 'friend' | 'group'
  content: string
  quote_mid?: number
  uniqueId?: string
}

export interface SendingDependencies {
  db: Database
  publish: Publish
  clock: Clock
  settings: Settings
  users: Users
  friends: Friends
  groups: Groups
  conversations: Conversations
  replies: Replies
  quotes: Quotes
}

/** Where a message goes, once it is clear that it may. */
interface Destination {
  conversationId: number
  labels: MessageLabels
  /** Set in a group: whether the sender may call everybody. */
  mayCallAll?: boolean
  /** Set when the receiver is a member, whose canned replies may answer. */
  service?: Service
}

/** A member who is written to, and who writes. */
interface Service {
  member: Account
  visitor: Account
}

/** Sending: the checks in the protocol's order, the commit, the push, and a member's automatic answers. */
export class Sending {
  readonly #dirtyWords: DirtyWords

  constructor(private readonly dependencies: SendingDependencies) {
    this.#dirtyWords = new DirtyWords(() => dependencies.settings.get('dirty_words'))
  }

  /**
   * Sends a message; resolves when it is on disk.
   * @throws AppError content_empty, message_too_long, switched_off, quote_invalid, and the errors of the chat: see
   * message/send in the document
   */
  async send(from: number, { to, type, content, quote_mid = 0, uniqueId }: Outgoing): Promise<Appended> {
    const { db, publish, clock, quotes, users } = this.dependencies
    this.#checkContent(content)
    const address: ChatAddress = { type, id: to }
    const destination = await (type === 'friend' ? this.#toUser(from, to) : this.#toGroup(from, to))
    const { conversationId, labels, service } = destination
    const masked = this.#dirtyWords.mask(content)
    const mentioned = type === 'group' ? mentionsIn(masked) : []
    const mentions = mentioned.length > 0 ? await this.#counting(mentioned, from, destination) : []
    const quoted = quote_mid === 0 ? undefined : await quotes.snapshot(conversationId, from, quote_mid)
    const writer = quoted && (await users.find(quoted.from))
    const appended = await post(db, publish, {
      conversationId,
      from,
      content: masked,
      subType: 'message',
      at: clock(),
      mentions,
      ...(quoted ? { quote: { ...quoted, name: writer?.nickname ?? '' } } : {}),
      uniqueId,
      retryKey: uniqueId ? retryKeyOf(uniqueId, content, quote_mid) : null,
      labels,
      channels: chatChannels(from, address),
    })
    if (service && !appended.repeated) await this.#answerForMember(service, conversationId, content)
    return appended
  }

  #checkContent(content: string) {
    const { settings } = this.dependencies
    if (content === '') throw new AppError('content_empty')
    const limit = settings.number('message_limit')
    if (content.length > limit && [...content].length > limit)
      throw new AppError('message_too_long', { limit })
    const forbidden = forbiddenKind(content, settings)
    if (forbidden) settings.requireOn(forbidden)
  }

  async #toUser(from: number, to: number): Promise<Destination> {
    const { settings, users, friends, conversations } = this.dependencies
    if (!settings.on('private_chat')) throw new AppError('private_chat_off')
    const [sender, receiver] = await Promise.all([users.find(from), users.find(to)])
    const areFamily = sender !== undefined && receiver !== undefined && isSubUserPair(sender, receiver)
    if (!settings.on('stranger_chat') && !areFamily && !(await friends.are(from, to)))
      throw new AppError('not_friends')
    if (!sender || !receiver || from === to) throw new AppError('user_not_found')
    if (sender.account_state !== 'normal') throw new AppError('account_disabled')
    const remark = await friends.remarkOf(to, from)
    return {
      conversationId: await conversations.ensureDirect(from, to),
      labels: {
        type: 'friend',
        to,
        from_name: remark || sender.nickname,
        from_avatar: pictureOf(sender),
        to_name: receiver.nickname,
        to_avatar: pictureOf(receiver),
      },
      service:
        receiver.is_member === 1 && receiver.account_state === 'normal'
          ? { member: receiver, visitor: sender }
          : undefined,
    }
  }

  async #toGroup(from: number, gid: number): Promise<Destination> {
    const { settings, users, groups, conversations, clock } = this.dependencies
    if (!settings.on('group_chat')) throw new AppError('group_chat_off')
    const sender = await users.require(from)
    if (sender.account_state !== 'normal') throw new AppError('sender_disabled')
    const group = await groups.find(gid)
    const standing = group && (await conversations.standing(group.conversation_id, from))
    if (!group || !standing) throw new AppError('not_group_member')
    if (standing.silenced_until > clock()) throw new AppError('silenced')
    if (group.state === 'disabled') throw new AppError('group_disabled')
    if (group.state === 'forbidden' && standing.role === 'member') throw new AppError('all_silenced')
    return {
      conversationId: group.conversation_id,
      labels: {
        type: 'group',
        to: gid,
        from_name: sender.nickname,
        from_avatar: pictureOf(sender),
        to_name: group.groupname,
        to_avatar: group.avatar,
      },
      mayCallAll: leads(standing.role),
    }
  }

  /** Which mentions of a message count: those of other members, and of everybody when the sender leads the group. */
  async #counting(uids: readonly number[], from: number, { conversationId, mayCallAll }: Destination) {
    const { conversations } = this.dependencies
    const counting = uids.map(async (uid) => {
      if (uid === EVERYBODY) return mayCallAll
      return uid !== from && (await conversations.standing(conversationId, uid)) !== undefined
    })
    const counts = await Promise.all(counting)
    return uids.filter((_, index) => counts[index])
  }

  /**
   * A member's canned replies to somebody who is not a friend: the welcome once a day, a FAQ's answer to its title or
   * keyword. Friends get only what they ask for by its exact title (they tap it). A failure is logged and does not
   * fail the message, which is on disk.
   */
  async #answerForMember(
    { member, visitor }: Service,
    conversationId: number,
    content: string,
  ): Promise<void> {
    const { friends, replies } = this.dependencies
    try {
      const known = isSubUserPair(visitor, member) || (await friends.are(visitor.uid, member.uid))
      const welcome = known ? undefined : await replies.welcomeFor(member.uid, visitor.uid)
      const answer = await replies.answerFor(member.uid, content)
      const answers = [welcome, known && answer?.title !== content.trim() ? undefined : answer]
      for (const reply of answers) {
        if (reply) await this.#answer(member, visitor, conversationId, reply.content)
      }
    } catch (error) {
      log.error({ member: member.uid, error: String(error) }, 'auto_answer_failed')
    }
  }

  async #answer(member: Account, visitor: Account, conversationId: number, content: string) {
    const { db, publish, clock, friends } = this.dependencies
    const remark = await friends.remarkOf(visitor.uid, member.uid)
    await post(db, publish, {
      conversationId,
      from: member.uid,
      content,
      subType: 'message',
      at: clock(),
      auto: 1,
      labels: {
        type: 'friend',
        to: visitor.uid,
        from_name: remark || member.nickname,
        from_avatar: pictureOf(member),
        to_name: visitor.nickname,
        to_avatar: pictureOf(visitor),
      },
      channels: chatChannels(member.uid, { type: 'friend', id: visitor.uid }),
    })
  }
}

/**
 * A `uniqueId` names a retry only of the same words: there are bots that send the current second as theirs, and two
 * different messages of one second are two messages. The words count as they were sent: masking may have changed since.
 */
const retryKeyOf = (uniqueId: string, content: string, quoteMid: number): string =>
  `${uniqueId} ${Bun.CryptoHasher.hash('sha256', `${quoteMid} ${content}`, 'base64url')}`

/** The switch that forbids this kind of content, if one does. */
function forbiddenKind(content: string, settings: Settings): ContentSwitch | undefined {
  // Where all are on, as on most sites, nothing has to be read.
  if (CONTENT_SWITCHES.every((name) => settings.on(name))) return undefined
  return switchesOf(content).find((name) => !settings.on(name))
}
