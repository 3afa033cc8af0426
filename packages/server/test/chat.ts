import type { TestSite, TestUser } from './harness.ts'

/** Two friends and what one of them wrote. */
export interface Chat {
  a: TestUser
  b: TestUser
  /** mid of the message with seq index + 1. */
  mids: number[]
}

/** A fresh pair of friends with messages from the first to the second. */
export async function newChat(site: TestSite, contents: readonly string[]): Promise<Chat> {
  const [a, b] = (await site.users(2)) as [TestUser, TestUser]
  await site.befriend(a, b)
  const mids: number[] = []
  for (const content of contents)
    mids.push((await site.as(a).ok('message/send', { to: b.uid, type: 'friend', content })).mid)
  return { a, b, mids }
}
