import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Cast, openCast } from './test-cast.ts'

let cast: Cast

beforeAll(async () => {
  cast = await openCast()
})

beforeEach(() => {
  cast.stage.settings.member_detail = true
})

afterAll(() => cast.close())

describe('profiles while member_detail is off', () => {
  const mayOpen = async (viewer: number, uid: number) =>
    (await cast.profiles.openable(viewer, [await cast.users.require(uid)])).has(uid)

  test('strangers are closed, everybody is open while it is on', async () => {
    const [me, stranger] = await cast.people()
    expect(await mayOpen(me, stranger)).toBe(true)
    cast.stage.settings.member_detail = false
    expect(await mayOpen(me, stranger)).toBe(false)
    expect(await mayOpen(me, me)).toBe(true)
  })

  test('friends, members, applicants and people found by name are open', async () => {
    cast.stage.settings.member_detail = false
    const [me, friend, member] = await cast.people()
    const [applicant, found, asked] = await cast.people()
    await cast.friends.befriend(me, friend)
    await cast.users.update(member, { is_member: 1 })
    await cast.requests.apply(applicant, me)
    await cast.requests.apply(me, asked)
    cast.profiles.found(me, found)
    expect(await mayOpen(me, friend)).toBe(true)
    expect(await mayOpen(me, member)).toBe(true)
    expect(await mayOpen(me, applicant)).toBe(true)
    expect(await mayOpen(me, found)).toBe(true)
    expect(await mayOpen(found, me)).toBe(false)
    // Asking somebody opens nothing: otherwise a request would be a way around the switch.
    expect(await mayOpen(me, asked)).toBe(false)
  })

  test('owners and managers open the members of their groups, members do not', async () => {
    cast.stage.settings.member_detail = false
    const [owner, manager, plain] = await cast.people()
    const { id } = await cast.db.write
      .insertInto('conversation')
      .values({ kind: 'group', low: 1, high: 0 })
      .returning('id')
      .executeTakeFirstOrThrow()
    const roles = [
      [owner, 'owner'],
      [manager, 'manager'],
      [plain, 'member'],
    ] as const
    await cast.db.write
      .insertInto('membership')
      .values(
        roles.map(([uid, role]) => ({ conversation_id: id, uid: uid, role, joined_at: cast.stage.now })),
      )
      .execute()
    expect(await mayOpen(owner, plain)).toBe(true)
    expect(await mayOpen(manager, plain)).toBe(true)
    expect(await mayOpen(plain, owner)).toBe(false)
    expect(await mayOpen(owner, await cast.person())).toBe(false)
  })

  test('parent and sub-user open each other', async () => {
    cast.stage.settings.member_detail = false
    const parent = await cast.person()
    const child = await cast.users.create({
      username: 'child',
      nickname: 'C',
      password_hash: '',
      parent_uid: parent,
    })
    expect(await mayOpen(parent, child.uid)).toBe(true)
    expect(await mayOpen(child.uid, parent)).toBe(true)
  })
})
