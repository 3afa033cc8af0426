import { pathOf } from './attachments.ts'
import { awakeAt, DAY_MS, daysAgo, MINUTE_MS } from './calendar.ts'
import { CLUBS, type Club, PAIRS } from './clubs.ts'
import { PEOPLE, type Person, REQUESTS } from './people.ts'
import { drawPicture, drawPortrait } from './pictures/index.ts'
import type { Chat } from './plan.ts'
import type { Random } from './random.ts'
import type { Stage } from './stage.ts'

/** Everybody comes in the first days, becomes friends in the next, and then makes groups. */
const ARRIVAL_DAYS_AGO = 62
const FRIENDSHIP_DAYS_AGO = 55
const GROUPS_DAYS_AGO = 46
/** Friends from the same group, besides those who write to each other. */
const MORE_FRIENDS = 60

/** Who and what there is on the site once everybody has settled in. */
export class Town {
  readonly #uids = new Map<string, number>()
  readonly #groups = new Map<string, { gid: number; conversationId: number }>()
  readonly #direct = new Map<string, number>()

  constructor(
    private readonly stage: Stage,
    private readonly random: Random,
    /** When the demo is made (ms). */
    private readonly endMs: number,
  ) {}

  /** The uid behind a username. */
  readonly uidOf = (username: string): number => {
    const uid = this.#uids.get(username)
    if (uid === undefined) throw new RangeError(`${username} has not come`)
    return uid
  }

  /** The gid of a club. */
  gidOf(name: string): number {
    const group = this.#groups.get(name)
    if (!group) throw new RangeError(`there is no group ${name}`)
    return group.gid
  }

  conversationOf(chat: Chat): number {
    const id =
      chat.kind === 'group'
        ? this.#groups.get(chat.club.name)?.conversationId
        : this.#direct.get(chat.pair.join(' '))
    if (id === undefined) throw new RangeError('nobody opened this chat')
    return id
  }

  /** Makes the accounts, each with the same password. @param onPerson called after each */
  async arrive(password: string, onPerson: (count: number) => void): Promise<void> {
    this.stage.now = daysAgo(this.endMs, ARRIVAL_DAYS_AGO, this.random)
    for (const [index, person] of PEOPLE.entries()) {
      this.stage.now += this.random.int(20, 200) * MINUTE_MS
      this.#uids.set(person.username, await this.#open(person, password))
      await this.#portray(person)
      if (person.member) await this.#update(person, { is_member: 1 })
      onPerson(index + 1)
    }
  }

  async #open({ username, nickname, sign, parent }: Person, password: string): Promise<number> {
    const account = { username, nickname, sign, password }
    const { uid } = await (parent
      ? this.stage.call<{ uid: number }>('user/open_user', this.uidOf(parent), account)
      : this.stage.call<{ uid: number }>('user/add', 0, { ...account, avatar: '' }))
    return uid
  }

  #update({ username }: Person, values: Record<string, string | number>): Promise<unknown> {
    return this.stage.call('user/update', this.uidOf(username), values)
  }

  async #portray(person: Person): Promise<void> {
    const { picture, username, nickname } = person
    if (!picture) return
    const colors = /\p{Script=Han}/u.test(nickname) ? 'dark' : 'any'
    const isFace = picture === 'long' || picture === 'short'
    const jpeg = await (isFace
      ? drawPortrait({ hair: picture, colors }, this.random)
      : drawPicture(picture, this.random))
    const file = new File([new Uint8Array(jpeg)], `${username}.jpg`)
    const { src } = await this.stage.call<{ src: string }>('upload/avatar', this.uidOf(username), {}, file)
    await this.#update(person, { avatar: pathOf(src) })
  }

  /** Makes friends of those who write to each other and of some more who share a group. */
  async befriend(): Promise<void> {
    this.stage.now = daysAgo(this.endMs, FRIENDSHIP_DAYS_AGO, this.random)
    const writing = PAIRS.flatMap(([, who, others]) => others.map((other) => [who, other] as const))
    const made = new Set<string>()
    for (const [a, b] of [...writing, ...this.#acquaintances()]) {
      const key = [a, b].sort().join(' ')
      if (made.has(key)) continue
      made.add(key)
      this.stage.now += this.random.int(5, 60) * MINUTE_MS
      if (!isFamily(a, b)) await this.stage.call('friend/add', this.uidOf(a), { friend_uid: this.uidOf(b) })
    }
    for (const [a, b] of writing) {
      const id = await this.stage.services.conversations.ensureDirect(this.uidOf(a), this.uidOf(b))
      this.#direct.set(`${a} ${b}`, id)
    }
  }

  #acquaintances(): (readonly [string, string])[] {
    const asking = new Set(REQUESTS.map(({ from, to }) => [from, to].sort().join(' ')))
    const pairs = Array.from({ length: MORE_FRIENDS }, () => {
      const [a, b] = this.random.shuffled(
        this.random.pick(CLUBS).members.filter((name) => name !== 'dijia888'),
      )
      return [a!, b!] as const
    })
    return pairs.filter(([a, b]) => !asking.has([a, b].sort().join(' ')))
  }

  /** Makes the groups. Each leaves a notice, and another where there is an announcement. */
  async gather(): Promise<void> {
    const start = daysAgo(this.endMs, GROUPS_DAYS_AGO, this.random)
    for (const [index, club] of CLUBS.entries()) {
      const wanted = awakeAt(start + (index * DAY_MS) / 8, 'awake', this.random)
      this.stage.now = Math.max(this.stage.now + this.random.int(2, 40) * MINUTE_MS, wanted)
      await this.#found(club)
    }
  }

  async #found({ name, members, announcement }: Club): Promise<void> {
    const [owner, ...others] = members.map(this.uidOf)
    const { gid: text } = await this.stage.call<{ gid: string }>('group/create', owner!, {
      groupname: name,
      members: others,
    })
    const gid = Number(text)
    const { conversation_id } = await this.stage.services.groups.groups.require(gid)
    this.#groups.set(name, { gid, conversationId: conversation_id })
    if (announcement === undefined) return
    this.stage.now += this.random.int(20, 300) * 1000
    await this.stage.call('group/update', owner!, { gid, announcement })
  }
}

/** How many notices {@link Town.gather} leaves. */
export const FOUNDING_NOTICES =
  CLUBS.length + CLUBS.filter(({ announcement }) => announcement !== undefined).length

const parents = new Map(PEOPLE.map(({ username, parent }) => [username, parent]))

/** A member and its sub-users talk without being friends. */
const isFamily = (a: string, b: string): boolean => parents.get(a) === b || parents.get(b) === a
