import { describe, expect, test } from 'bun:test'
import { parseNetworks } from './networks.ts'

describe('networks', () => {
  test('single addresses and ranges of both families', () => {
    const networks = parseNetworks('127.0.0.1, 10.0.0.0/8,fd00::/8 , ::1')
    expect(networks?.ranges).toEqual(['127.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1'])
    for (const inside of ['127.0.0.1', '10.255.0.9', 'fd12::5', '::1']) {
      expect(networks?.includes(inside)).toBe(true)
    }
    for (const outside of ['127.0.0.2', '11.0.0.1', 'fe80::1', '::2', '', 'localhost']) {
      expect(networks?.includes(outside)).toBe(false)
    }
  })

  test('an IPv4 address inside IPv6 is that IPv4 address, in lists and in look-ups', () => {
    expect(parseNetworks('10.0.0.0/8')?.includes('::ffff:10.1.2.3')).toBe(true)
    expect(parseNetworks('::ffff:10.0.0.0/104')?.includes('10.1.2.3')).toBe(true)
    expect(parseNetworks('::ffff:10.1.2.3')?.includes('10.1.2.3')).toBe(true)
  })

  test('an address that Internet tools would read otherwise than people is refused', () => {
    for (const text of [
      '10/8',
      '1',
      '0x7f.1',
      '010.0.0.1',
      '10.0.0.0/33',
      '10.0.0.0/8/8',
      '::/129',
      'loopback',
    ]) {
      expect(parseNetworks(text)).toBeUndefined()
    }
  })

  test('an empty list includes nobody', () => {
    expect(parseNetworks(' , ')?.includes('127.0.0.1')).toBe(false)
  })
})
