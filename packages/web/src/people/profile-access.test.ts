import { describe, expect, test } from 'bun:test'
// The stores need a page.
import '@/browser/page.fixture.ts'
import { mayOpenProfile } from './profile-access.ts'

const stranger = { isFriend: false, isMember: false }
const nothing = { isPublic: false, isSelf: false, person: stranger, asks: false, role: undefined } as const
const may = (relation: Partial<Parameters<typeof mayOpenProfile>[0]>) =>
  mayOpenProfile({ ...nothing, ...relation })

describe('a profile', () => {
  test('is open to everybody unless the site has closed it', () => {
    expect(may({ isPublic: true, person: undefined })).toBe(true)
    expect(may({})).toBe(false)
    expect(may({ person: undefined, role: 'member' })).toBe(false)
  })

  test('is open to its owner, to friends, and to who leads the group', () => {
    expect(may({ isSelf: true })).toBe(true)
    expect(may({ person: { ...stranger, isFriend: true } })).toBe(true)
    expect(may({ role: 'owner' })).toBe(true)
    expect(may({ role: 'manager' })).toBe(true)
  })

  test('is open where it is that of a member, of the same family, or of who asks to be friends', () => {
    expect(may({ person: { ...stranger, isMember: true } })).toBe(true)
    expect(may({ person: { ...stranger, isFamily: true } })).toBe(true)
    expect(may({ asks: true })).toBe(true)
  })
})
