import { describe, expect, test } from 'bun:test'
import { parseQrLink } from './links.ts'

const SITE = 'https://chat.example'
const parse = (text: string) => parseQrLink(text, SITE)

describe('a scanned text', () => {
  test('of this site leads to a person or a group', () => {
    expect(parse('https://chat.example/q/u/7269454')).toEqual({ kind: 'user', rest: '7269454' })
    expect(parse('https://chat.example/q/g/7?t=eyJn.ab-_')).toEqual({ kind: 'group', rest: '7?t=eyJn.ab-_' })
    expect(parse(' HTTPS://CHAT.example/q/u/5\n')).toEqual({ kind: 'user', rest: '5' })
  })

  test('of another site or path is an address', () => {
    for (const url of [
      'https://other.example/q/u/7',
      'http://chat.example/q/u/7',
      'https://chat.example:8443/q/u/7',
      'https://chat.example/q/x/7',
      'https://chat.example/q/u/seven',
      'https://chat.example/q/u/7/more',
      'https://chat.example@evil.example/q/u/7',
    ]) {
      expect(parse(url)).toEqual({ kind: 'url', url })
    }
  })

  test('that is no web address is text', () => {
    for (const text of [
      '',
      '你好',
      'javascript:alert(1)',
      'WIFI:S:x;;',
      'https://',
      'https://a b/',
      'ftp://a.example/',
    ]) {
      expect(parse(text)).toEqual({ kind: 'text' })
    }
  })
})
