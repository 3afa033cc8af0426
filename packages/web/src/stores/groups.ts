import type { DataOf, Home, PushEvents } from '@parley/client'
import { defineStore } from 'pinia'
import { computed, onScopeDispose, reactive } from 'vue'
import { client } from '@/sdk.ts'
import { optimistic } from './optimistic.ts'
import { usePeople } from './people.ts'

/** A group as `group/detail` shows it. */
export type GroupInfo = Exclude<DataOf<'group/detail'>, { info: object }>
export type Invitation = DataOf<'group/invitation'>
export type Member = Extract<DataOf<'group/members'>[string], { uid: number }>

/** A group of the user. */
export interface Group {
  gid: number
  /** What the user calls it, or its name. */
  name: string
  avatar: string
  ownerUid: number
  /** Known after `loadDetail`. */
  info?: GroupInfo
  /** The first `FIRST_MEMBERS`; known after `loadFirst`. */
  first?: readonly Member[]
}

const MEMBERS_PAGE = 50
/** As many are shown with a group. */
export const FIRST_MEMBERS = 15
/** Several things that happen to a group at once are one reason to read it anew. */
const SETTLE_MS = 200
/** A group that changes all the time is taken as it was read then. */
const ROUNDS_MAX = 3

/** The user's groups, by gid. Every action throws ParleyError and NetworkError as the server answers. */
export const useGroups = defineStore('groups', () => {
  const byId = reactive(new Map<number, Group>())
  const list = computed(() => [...byId.values()].sort((a, b) => a.name.localeCompare(b.name, 'zh-CN')))

  function learn(group: Partial<Group> & { gid: number }): Group {
    const known = byId.get(group.gid)
    if (known) return Object.assign(known, group)
    byId.set(group.gid, { name: '', avatar: '', ownerUid: 0, ...group })
    return byId.get(group.gid)!
  }

  /** Takes in all groups: others are the user's no more. */
  function learnAll(entries: Home['group']): void {
    const gids = new Set(entries.map(({ gid }) => gid))
    for (const gid of byId.keys()) if (!gids.has(gid)) byId.delete(gid)
    for (const { gid, avatar, uid, name } of entries) learn({ gid, avatar, name, ownerUid: uid })
  }

  /** What `updateGroup` tells: the fields that are there replace the old ones. */
  function update(event: PushEvents['updateGroup']): void {
    const group = byId.get(event.gid)
    if (!group) return
    changed(event.gid)
    const { avatar, groupname, announcement, state, uid } = event
    if (avatar !== undefined) group.avatar = avatar
    if (uid !== undefined) group.ownerUid = uid
    if (!group.info) {
      // Whether the known name is the user's own for the group, only the server can tell.
      if (groupname !== undefined && groupname !== group.name) reloadSoon(event.gid)
      return
    }
    if (groupname !== undefined && !group.info.remark) group.name = groupname
    if (groupname !== undefined) group.info.groupname = groupname
    if (announcement !== undefined) group.info.announcement = announcement
    if (state !== undefined) group.info.state = state
    // Roles have changed with the owner.
    if (uid !== undefined) void loadDetail(event.gid).catch(() => {})
  }

  /** Groups that have ended while this page was open. */
  const dissolved = reactive(new Set<number>())

  const forget = (gid: number): void => {
    changed(gid)
    byId.delete(gid)
  }

  /** How often each group has changed since it is known. */
  const changes = new Map<number, number>()
  const changed = (gid: number): void => void changes.set(gid, (changes.get(gid) ?? 0) + 1)
  /** The last change of each group that was shown before the server had answered. */
  const changing = new Map<number, Promise<unknown>>()

  /** Reads the group; what was read while it changed may be older than the change, and is read again. */
  async function loadDetail(gid: number): Promise<Group> {
    for (let round = 1; ; round++) {
      while (changing.has(gid)) await changing.get(gid)
      const before = changes.get(gid)
      const info = (await client.call('group/detail', { gid, simple: 1 })) as GroupInfo
      if (changes.get(gid) !== before && round < ROUNDS_MAX) continue
      const { avatar, uid } = info
      return learn({ gid, avatar, ownerUid: uid, info, name: info.remark || info.groupname })
    }
  }

  const soon = new Map<number, ReturnType<typeof setTimeout>>()
  function reloadSoon(gid: number): void {
    clearTimeout(soon.get(gid))
    const reload = () => {
      soon.delete(gid)
      if (byId.has(gid)) void loadDetail(gid).catch(() => {})
    }
    soon.set(gid, setTimeout(reload, SETTLE_MS))
  }

  /**
   * Reads the group anew whenever somebody comes, goes, or may do more or less than before, as long as the caller's
   * component is there: of all that, the group's notices tell.
   */
  function follow(gid: number): void {
    const end = client.on('message', ({ chat, sub_type }) => {
      if (chat.type === 'group' && chat.id === gid && sub_type === 'notice') reloadSoon(gid)
    })
    onScopeDispose(end)
  }

  /** A page of members after the place `index`; `search` also finds pinyin. */
  async function members(gid: number, index = 0, search = '', limit = MEMBERS_PAGE): Promise<Member[]> {
    const found = await client.call('group/members', { gid, index, limit, search })
    const people = usePeople()
    const rows = (Object.values(found) as Member[]).sort((a, b) => a.index - b.index)
    for (const { uid, avatar, nickname, name } of rows)
      people.learn({ uid, avatar, nickname, ...(name !== nickname ? { remark: name } : {}) })
    return rows
  }

  async function loadFirst(gid: number): Promise<void> {
    const first = await members(gid, 0, '', FIRST_MEMBERS)
    if (byId.has(gid)) learn({ gid, first })
  }

  async function create(members: readonly number[], groupname?: string): Promise<number> {
    const made = await client.call('group/create', {
      members: [...members],
      ...(groupname ? { groupname } : {}),
    })
    const gid = Number(made.gid)
    learn({ gid, name: made.groupname, avatar: made.avatar })
    return gid
  }

  async function change(
    gid: number,
    change: { groupname?: string; announcement?: string; avatar?: string },
  ): Promise<void> {
    await client.call('group/update', { gid, ...change })
    update({ gid, ...change })
  }

  async function setRemark(gid: number, remark: string): Promise<void> {
    await client.call('group/remark', { gid, remark })
    remarkChanged(gid, remark)
  }

  /** A group has another name for the user now, given here or on another device. */
  function remarkChanged(gid: number, remark: string): void {
    const group = byId.get(gid)
    if (!group) return
    changed(gid)
    if (group.info) {
      group.info.remark = remark
      group.name = remark || group.info.groupname
    } else if (remark) group.name = remark
    else void loadDetail(gid).catch(() => {})
  }

  const invite = async (gid: number, uids: readonly number[]): Promise<void> => {
    await client.call('group/memberadd', { gid, members: [...uids] })
    await loadDetail(gid)
  }

  const removeMembers = async (gid: number, uids: readonly number[]): Promise<void> => {
    await client.call('group/memberdel', { gid, members: [...uids] })
    await loadDetail(gid)
  }

  const setManager = async (gid: number, uid: number, on: boolean): Promise<void> => {
    await client.call('group/manager', { gid, uid, value: on ? 1 : 0 })
  }

  const transfer = async (gid: number, uid: number): Promise<void> => {
    await client.call('group/transfer', { gid, uid })
    await loadDetail(gid)
  }

  /** Mutes a member for so many seconds; 0 lets them speak again. */
  const silence = async (gid: number, uid: number, seconds: number): Promise<void> => {
    await client.call('group/forbiddenuser', { gid, uid, time: seconds })
  }

  function silenceAll(gid: number, on: boolean): Promise<void> {
    changed(gid)
    const shown: Partial<GroupInfo> = byId.get(gid)?.info ?? {}
    const change = optimistic(shown, { state: on ? 'forbidden' : 'normal' }, () =>
      client.call('group/forbiddenall', { gid, value: on ? 1 : 0 }),
    )
    const ended = change
      .catch(() => {})
      .then(() => {
        if (changing.get(gid) === ended) changing.delete(gid)
      })
    changing.set(gid, ended)
    return change
  }

  /** What the code shows that leads into the group, and until when it does, in seconds; 0 for ever. */
  const qrCode = (gid: number): Promise<DataOf<'qrcode/group'>> => client.call('qrcode/group', { gid })
  /** Into which group an invitation leads. */
  const invitation = (gid: number, token: string): Promise<Invitation> =>
    client.call('group/invitation', { gid, token })
  const join = async (gid: number, token: string): Promise<void> => {
    await client.call('group/join', { gid, token })
  }

  const leave = async (gid: number): Promise<void> => {
    await client.call('group/leave', { gid })
    forget(gid)
  }

  const dissolve = async (gid: number): Promise<void> => {
    await client.call('group/delete', { gid })
    forget(gid)
  }

  return {
    ...{
      byId,
      list,
      dissolved,
      learn,
      learnAll,
      update,
      forget,
      loadDetail,
      follow,
      members,
      loadFirst,
      create,
      change,
      setRemark,
      remarkChanged,
    },
    ...{ invite, removeMembers, setManager, transfer, silence, silenceAll, leave, dissolve },
    ...{ qrCode, invitation, join },
  }
})
