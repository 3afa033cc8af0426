import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { escapeAnswer, escapeText, unescapeAnswer, unescapeText } from './escape.ts'

test('four characters are escaped, the single quote is not', () => {
  expect(escapeText(`<a href="x">it's & co</a>`)).toBe("&lt;a href=&quot;x&quot;&gt;it's &amp; co&lt;/a&gt;")
})

test('once: what looks escaped already is text like any other', () => {
  expect(escapeText('&lt;')).toBe('&amp;lt;')
  expect(unescapeText('&amp;lt;')).toBe('&lt;')
  expect(unescapeText('it&#039;s &#39;')).toBe("it's '")
})

test('unescape undoes escape, and nothing dangerous is left', () => {
  const texts = fc.string({
    unit: fc.constantFrom('&', 'l', 't', ';', '<', '>', '"', "'", '#', '0', '3', '9', '群'),
  })
  fc.assert(
    fc.property(texts, (value) => {
      expect(unescapeText(escapeText(value))).toBe(value)
      expect(escapeText(value)).not.toMatch(/[<>"]/)
    }),
  )
})

test('texts of people are escaped wherever they are, everything else is left alone', () => {
  const data = {
    mine: { uid: 9, nickname: '<b>', sign: '"', avatar: '/a?b&c', username: 'tom' },
    friend: { '#': { '9': { name: 'a<b', initials: '#' } } },
    chatting: {
      friend10: { unread_count: '99+', items: [{ mid: 1, content: 'a & b', quote_content: '>' }] },
    },
    setting: { app_name: 'A&B', explore_url: '/x?a&b' },
    nothing: null,
  }
  const before = structuredClone(data)
  expect(escapeAnswer(data)).toEqual({
    mine: { uid: 9, nickname: '&lt;b&gt;', sign: '&quot;', avatar: '/a?b&c', username: 'tom' },
    friend: { '#': { '9': { name: 'a&lt;b', initials: '#' } } },
    chatting: {
      friend10: { unread_count: '99+', items: [{ mid: 1, content: 'a &amp; b', quote_content: '&gt;' }] },
    },
    setting: { app_name: 'A&amp;B', explore_url: '/x?a&b' },
    nothing: null,
  })
  expect(data).toEqual(before)
})

test('the postscript inside the JSON text of a friend request', () => {
  const row = { nid: 1, data: JSON.stringify({ postscript: 'I am <Tom>' }) }
  expect(JSON.parse(escapeAnswer(row).data)).toEqual({ postscript: 'I am &lt;Tom&gt;' })
  expect(escapeAnswer({ data: '{broken' })).toEqual({ data: '{broken' })
  expect(escapeAnswer({ data: '' })).toEqual({ data: '' })
})

test('the name of an uploaded file stays raw: it comes back inside a message', () => {
  const file = { src: '//host/upload/x', name: 'a&b.txt', size: '1.00 KB' }
  expect(escapeAnswer(file)).toEqual(file)
})

test('bare values and lists', () => {
  expect(escapeAnswer('99+')).toBe('99+')
  expect(escapeAnswer(3)).toBe(3)
  expect(escapeAnswer([])).toEqual([])
})

test('unescapeAnswer undoes escapeAnswer', () => {
  const field = fc.constantFrom('content', 'name', 'data', 'avatar', '__proto__')
  const rows = fc.array(fc.dictionary(field, fc.oneof(fc.string(), fc.constant('{"postscript":"<&>"}'))))
  fc.assert(fc.property(rows, (value) => expect(unescapeAnswer(escapeAnswer(value))).toEqual(value)))
})
