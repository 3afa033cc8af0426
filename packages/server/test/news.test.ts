import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Listener, startSite, type TestSite, type TestUser } from './harness.ts'

/* What people call each other and how they show themselves: who must know is told. */

let site: TestSite
let tom: TestUser
let jerry: TestUser
let stranger: TestUser
let own: Listener
let friends: Listener
let others: Listener

beforeAll(async () => {
  site = await startSite()
  tom = await site.user({ nickname: '猫猫' })
  jerry = await site.user({ nickname: '小老鼠' })
  stranger = await site.user()
  await site.befriend(tom, jerry)
  own = await site.listen(tom, `user-${tom.uid}`)
  friends = await site.listen(jerry, `user-${jerry.uid}`)
  others = await site.listen(stranger, `user-${stranger.uid}`)
})
afterAll(() => site.close())

/** None of them has heard the event. */
async function nobodyHeard(event: string, ...ears: Listener[]): Promise<void> {
  for (const ear of ears) {
    await ear.barrier()
    expect(ear.heard(event)).toBe(false)
  }
}

describe('remark', () => {
  test('of a friend goes to the own devices and to nobody else', async () => {
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '杰瑞' })
    expect(await own.next('remark')).toEqual({ type: 'friend', id: String(jerry.uid), remark: '杰瑞' })
    await site.as(tom).ok('friend/remark', { friend_uid: jerry.uid, remark: '' })
    expect(await own.next('remark')).toMatchObject({ remark: '' })
    await nobodyHeard('remark', friends, others)
  })

  test('of a group, too', async () => {
    const gid = await site.group(tom, jerry)
    await friends.subscribe(`group-${gid}`)
    await site.as(tom).ok('group/remark', { gid, remark: '家' })
    expect(await own.next('remark')).toEqual({ type: 'group', id: String(gid), remark: '家' })
    await nobodyHeard('remark', friends, others)
  })

  test('nothing comes of what was refused', async () => {
    expect(await site.as(tom).code('friend/remark', { friend_uid: stranger.uid, remark: 'x' })).toBe(2)
    expect(await site.as(stranger).code('group/remark', { gid: 999_999, remark: 'x' })).toBe(2)
    await nobodyHeard('remark', own, friends, others)
  })
})

describe('profile', () => {
  test('goes to the own devices and to friends, whole, whoever changed it', async () => {
    await site.as(tom).ok('user/update', { nickname: '汤姆' })
    const profile = {
      uid: tom.uid,
      nickname: '汤姆',
      avatar: `/avatar/${tom.uid}.svg?t=${encodeURIComponent('汤')}`,
      sign: '',
    }
    expect(await own.next('profile')).toEqual({ ...profile, read_receipts: 1 })
    expect(await friends.next('profile')).toEqual(profile)
    await site.api(tom).ok('user/update', { sign: '吃鱼', avatar: '/upload/avatars/1/1/x.png' })
    const later = { ...profile, sign: '吃鱼', avatar: '/upload/avatars/1/1/x.png' }
    expect(await friends.next('profile')).toEqual(later)
    expect(await own.next('profile')).toEqual({ ...later, read_receipts: 1 })
    await nobodyHeard('profile', others)
  })

  test('a switch that only its owner sees is for the own devices alone', async () => {
    await site.as(tom).ok('user/update', { read_receipts: 0 })
    expect(await own.next('profile')).toMatchObject({ uid: tom.uid, read_receipts: 0 })
    await nobodyHeard('profile', friends, others)
    await site.as(tom).ok('user/update', { read_receipts: 1 })
    await own.next('profile')
  })

  test('nothing comes when nothing has changed, or something that nobody sees', async () => {
    await site.as(tom).ok('user/update', { nickname: '汤姆', read_receipts: 1 })
    await site.api(tom).ok('user/update', { phone: '13812345678' })
    expect(await site.as(tom).code('user/update', { nickname: '' })).toBe(1)
    await nobodyHeard('profile', own, friends, others)
  })
})
