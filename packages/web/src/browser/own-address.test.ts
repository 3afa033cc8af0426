import { describe, expect, test } from 'bun:test'
import { ownAddress } from './own-address.ts'

const NAME = `08${'606e4780'}${'0123456789abcdef'.repeat(2)}`

describe('the address of an upload', () => {
  test.each([
    `images/202104/${NAME}.png`,
    `files/202104/${NAME}.webm#w=640&h=480`,
    `avatars/45/12345/${NAME}.jpg`,
    `groups/7/7/${NAME}.jpg?x=1`,
  ])('has no host of its own: %s', (path) => {
    for (const host of ['//chat.example', 'http://10.0.0.7:6060', 'https://chat.example'])
      expect(ownAddress(`${host}/upload/${path}`)).toBe(`/upload/${path}`)
  })

  test.each([
    // Of the site that this one replaced: shorter names, on a host that the operator names.
    '//old.example/upload/images/201905/315cf104b5cac8.png',
    'https://other.example/upload/images/202104/evil.png',
    `https://other.example/x/upload/images/202104/${NAME}.png`,
    `/upload/images/202104/${NAME}.png`,
    'blob:https://chat.example/5d6',
    '',
  ])('stays as it is when it is none: %s', (url) => {
    expect(ownAddress(url)).toBe(url)
  })
})
