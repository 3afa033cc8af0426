import { randomUUID } from 'node:crypto'
import { ERRORS } from '@parley/contract'

/*
 * People who do everything that a chat knows, at random, with the same few people and groups and on all nodes of a
 * site at the same time; and a note of what the site has answered.
 */

/** Longer than anything may take, so that what hangs is found and not waited for. */
const CALL_MS_MAX = 20_000
const GROUPS_MIN = 4
/** Only messages that were sent a little while ago are revoked. */
const RECENT_MAX = 300

export interface Chat {
  type: 'friend' | 'group'
  id: number
}

/** A message that the site has acknowledged. */
export interface Acknowledged extends Chat {
  uid: number
  content: string
  mid: number
  seq: number
}

interface Answer {
  code: number
  msg: string
  data: any
}

/** What somebody does, and how often compared to the rest. */
type Deed = readonly [weight: number, act: (uid: number) => Promise<unknown>]

const oneOf = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)]!

export class Crowd {
  readonly acknowledged: Acknowledged[] = []
  /** Texts of messages that the site has refused. */
  readonly refused: string[] = []
  /** Acknowledgements of one and the same message that named two places. */
  readonly torn: string[] = []
  /** How often each operation was answered with each code. */
  readonly answers = new Map<string, Map<number, number>>()
  /** Answers that say that something was wrong with the site, or that it was too busy. */
  readonly faults: string[] = []
  slowest = { path: '', ms: 0 }
  readonly #groups: number[] = []
  readonly #deeds: ReadonlyArray<Deed[1]>

  constructor(
    private readonly nodes: ReadonlyArray<{ url: string }>,
    private readonly key: string,
    private readonly uids: readonly number[],
  ) {
    const deeds: readonly Deed[] = [
      [24, (uid) => this.#send(uid, this.#anyGroup())],
      [8, (uid) => this.#send(uid, this.#anyFriend(uid))],
      [8, (uid) => this.#sendOften(uid, this.#anyGroup())],
      [4, (uid) => this.#sendOften(uid, this.#anyFriend(uid))],
      [6, () => this.#takeBack('message/revoke')],
      [5, () => this.#takeBack('message/delete', { ty: 2 })],
      [2, () => this.#takeBack('message/delete', { ty: 1 })],
      [9, (uid) => this.#call('group/join', uid, { gid: this.#anyGroup().id })],
      [4, (uid) => this.#call('group/leave', uid, { gid: this.#anyGroup().id })],
      [4, () => this.#lead('group/memberdel', (uid) => ({ 'members[]': uid }))],
      [2, () => this.#lead('group/memberadd', (uid) => ({ 'members[]': uid }))],
      [2, () => this.#lead('group/manager', (uid) => ({ uid, value: Math.random() < 0.5 ? 1 : 0 }))],
      [1, () => this.#lead('group/transfer', (uid) => ({ uid }))],
      [1, () => this.#lead('group/forbiddenuser', (uid) => ({ uid, time: Math.random() < 0.5 ? 0 : 1 }))],
      [1, () => this.#dissolve()],
      [2, (uid) => this.#create(uid)],
      [4, (uid) => this.#call('friend/add', uid, { friend_uid: this.#other(uid) })],
      [3, (uid) => this.#call('friend/delete', uid, { friend_uid: this.#other(uid) })],
      [3, (uid) => this.#call('friend/apply', uid, { friend_uid: this.#other(uid) })],
      [3, (uid) => this.#agree(uid)],
      [6, (uid) => this.#call('message/updateLastReadTime', uid, { ...this.#anyGroup() })],
      [2, (uid) => this.#call('pop/delchat', uid, { ...this.#anyGroup() })],
      [2, (uid) => this.#call('pop/get', uid)],
      [2, (uid) => this.#call('message/get', uid, { ...this.#anyGroup() })],
    ]
    this.#deeds = deeds.flatMap(([weight, act]) => Array.from({ length: weight }, () => act))
  }

  /** Has so many of the people act until the time is over, each one thing after the other. */
  async act(clients: number, untilMs: number): Promise<void> {
    while (this.#groups.length < GROUPS_MIN) await this.#create(oneOf(this.uids))
    const client = async () => {
      while (performance.now() < untilMs) await oneOf(this.#deeds)(oneOf(this.uids))
    }
    await Promise.all(Array.from({ length: clients }, client))
  }

  /** How many calls were answered. */
  get calls(): number {
    return [...this.answers.values()]
      .flatMap((codes) => [...codes.values()])
      .reduce((sum, times) => sum + times, 0)
  }

  #anyGroup(): Chat {
    return { type: 'group', id: oneOf(this.#groups) }
  }

  #anyFriend(uid: number): Chat {
    return { type: 'friend', id: this.#other(uid) }
  }

  #other(uid: number): number {
    return oneOf(this.uids.filter((other) => other !== uid))
  }

  async #send(uid: number, chat: Chat, uniqueId?: string, content = randomUUID() as string): Promise<Answer> {
    const fields = { to: chat.id, type: chat.type, content, ...(uniqueId ? { uniqueId } : {}) }
    const answer = await this.#call('message/send', uid, fields)
    if (answer.code === 0) {
      const { mid, seq } = answer.data
      this.acknowledged.push({ ...chat, uid, content, mid, seq })
    } else if (!uniqueId) {
      this.refused.push(content)
    }
    return answer
  }

  /** The same message by several nodes at once, and once more when they have answered. */
  async #sendOften(uid: number, chat: Chat): Promise<void> {
    const [uniqueId, content] = [randomUUID(), randomUUID()]
    const send = () => this.#send(uid, chat, uniqueId, content)
    const answers = [...(await Promise.all([send(), send()])), await send()]
    const places = answers.filter(({ code }) => code === 0).map(({ data }) => `${data.mid} ${data.seq}`)
    if (new Set(places).size > 1) this.torn.push(content)
  }

  async #takeBack(path: 'message/revoke' | 'message/delete', fields = {}): Promise<void> {
    const message = oneOf(this.acknowledged.slice(-RECENT_MAX))
    if (!message) return
    const { uid, type, id, mid } = message
    await this.#call(path, uid, { type, id, mid, ...fields })
  }

  /** Something that only the owner of a group may do with one of the others. */
  async #lead(path: string, fields: (uid: number) => object): Promise<void> {
    const { id: gid } = this.#anyGroup()
    const ownerUid = await this.#ownerOf(gid)
    if (ownerUid !== undefined) await this.#call(path, ownerUid, { gid, ...fields(this.#other(ownerUid)) })
  }

  /** Says yes to somebody who has asked to be friends. */
  async #agree(uid: number): Promise<void> {
    const { data } = await this.#call('friend/applylist', uid)
    const open = (data as any[]).filter(({ operation }) => operation === 'not_operated')
    if (open.length > 0) await this.#call('friend/agree', uid, { nid: oneOf(open).nid })
  }

  async #ownerOf(gid: number): Promise<number | undefined> {
    const { code, data } = await this.#call('group/detail', this.uids[0]!, { gid, simple: 1 })
    return code === 0 ? data.uid : undefined
  }

  async #create(uid: number): Promise<void> {
    const members = this.uids.filter((other) => other !== uid && Math.random() < 0.7).join(',')
    const { code, data } = await this.#call('group/create', uid, { members })
    if (code === 0) this.#groups.push(Number(data.gid))
  }

  async #dissolve(): Promise<void> {
    if (this.#groups.length <= GROUPS_MIN) return
    const [gid] = this.#groups.splice(Math.floor(Math.random() * this.#groups.length), 1)
    const ownerUid = await this.#ownerOf(gid!)
    if (ownerUid !== undefined) await this.#call('group/delete', ownerUid, { gid: gid! })
  }

  /** Calls as `uid` on any of the nodes. */
  async #call(path: string, uid: number, fields: object = {}): Promise<Answer> {
    const body = new URLSearchParams({ login_uid: String(uid) })
    for (const [name, value] of Object.entries(fields)) body.set(name, String(value))
    const startedAt = performance.now()
    const response = await fetch(`${oneOf(this.nodes).url}/api/${path}`, {
      method: 'POST',
      body,
      headers: { 'x-api-key': this.key },
      signal: AbortSignal.timeout(CALL_MS_MAX),
    })
    const answer = (await response.json()) as Answer
    const ms = performance.now() - startedAt
    if (answer.code === ERRORS.internal.code || answer.code === ERRORS.unavailable.code)
      this.faults.push(`${path}: ${answer.code} ${answer.msg} after ${Math.round(ms)} ms`)
    if (ms > this.slowest.ms) this.slowest = { path, ms }
    const codes = this.answers.get(path) ?? new Map<number, number>()
    this.answers.set(path, codes.set(answer.code, (codes.get(answer.code) ?? 0) + 1))
    return answer
  }
}
