import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  allLink,
  EVERYBODY,
  fileContent,
  imageContent,
  linkText,
  MENTIONS_MAX,
  type MessageContent,
  mentionLink,
  mentionsIn,
  parseContent,
  personLink,
  preview,
  safeUrl,
  switchesOf,
  voiceContent,
} from './content.ts'

const text = (value: string) => ({ kind: 'text', text: value })
const segments = (content: string): unknown => {
  const parsed = parseContent(content)
  return parsed.kind === 'text' ? parsed.segments : parsed
}

describe('the forms of the document', () => {
  test('plain text keeps its lines and blanks', () => {
    expect(segments('  你好\n  world ')).toEqual([text('  你好\n  world ')])
    expect(segments('')).toEqual([])
  })

  test('emoji 0 to 100 anywhere in a text', () => {
    expect(segments('a[表情0][表情100]b')).toEqual([
      text('a'),
      { kind: 'emoji', index: 0 },
      { kind: 'emoji', index: 100 },
      text('b'),
    ])
    expect(segments('[表情101][表情]')).toEqual([text('[表情101][表情]')])
  })

  test('picture', () => {
    const url = '//pop.com/upload/images/202104/30608bd9666e76.png'
    expect(parseContent(`![](${url})`)).toEqual({ kind: 'image', alt: '', url })
    expect(parseContent(` ![图片](${url})\n`)).toEqual({ kind: 'image', alt: '图片', url })
    expect(segments(`see ![图片](${url})!`)).toEqual([
      text('see '),
      { kind: 'image', alt: '图片', url },
      text('!'),
    ])
  })

  test('file, with a tab or the bar of the document’s sample', () => {
    const url = '//pop.com/upload/files/201905/315cf104b5cac8.png'
    const file = { kind: 'file', name: 'wx.png', size: '13.48 KB', url, video: false }
    expect(parseContent(`file[wx.png|13.48 KB](${url})`)).toEqual(file as MessageContent)
    expect(parseContent(`file[wx.png\t13.48 KB](${url})`)).toEqual(file as MessageContent)
    expect(parseContent(`file[a|b.png\t1 KB](${url})`)).toMatchObject({ name: 'a|b.png', size: '1 KB' })
    expect(parseContent(`file[a[1].png|1 KB](${url})`)).toMatchObject({ name: 'a[1].png' })
    expect(parseContent(`file[nameonly](${url})`)).toMatchObject({ name: 'nameonly', size: '' })
  })

  test('films are files that can be played', () => {
    expect(parseContent('file[a|1 KB](/upload/files/a.MP4?x=1)')).toMatchObject({ video: true })
    expect(parseContent('file[a.mov|1 KB](/upload/files/1)')).toMatchObject({ video: true })
    expect(parseContent('file[a.mp4.txt|1 KB](/upload/files/a.txt)')).toMatchObject({ video: false })
  })

  test('voice', () => {
    expect(parseContent('voice(//h/a.wav)')).toEqual({ kind: 'voice', url: '//h/a.wav' })
    expect(segments('a voice(//h/a.wav)')).toEqual([text('a voice(//h/a.wav)')])
  })

  test('links; other schemes stay text', () => {
    expect(segments('go [there](https://a.b/c) or [in](/user/1)')).toEqual([
      text('go '),
      { kind: 'link', label: 'there', url: 'https://a.b/c' },
      text(' or '),
      { kind: 'link', label: 'in', url: '/user/1' },
    ])
    for (const url of [
      'javascript:alert(1)',
      'JaVaScRiPt:x',
      'data:text/html,x',
      'ftp://a',
      '/\\evil.com',
      'a',
    ]) {
      expect([url, segments(`[x](${url})`)]).toEqual([url, [text(`[x](${url})`)]])
    }
  })

  test('people in notices', () => {
    expect(
      segments('[Tom]({POPBASEURI}user/detail/9) 邀请 [J]({POPBASEURI}user/detail/10) 加入了群聊'),
    ).toEqual([
      { kind: 'mention', label: 'Tom', uid: 9 },
      text(' 邀请 '),
      { kind: 'mention', label: 'J', uid: 10 },
      text(' 加入了群聊'),
    ])
    expect(segments('[x]({POPBASEURI}admin)')).toEqual([text('[x]({POPBASEURI}admin)')])
  })

  test('people who are addressed, and all of them', () => {
    expect(segments(`${mentionLink(9, 'Tom [x]')} ${allLink('所有人')}!`)).toEqual([
      { kind: 'mention', label: '@Tom 【x】', uid: 9 },
      text(' '),
      { kind: 'mention', label: '@所有人', uid: EVERYBODY },
      text('!'),
    ])
    for (const other of [
      '[所有人]({POPBASEURI}user/detail/0)',
      '[@x]({POPBASEURI}user/detail/00)',
      '[@x]({POPBASEURI}user/detail/01)',
      '[@x]({POPBASEURI}user/detail/-1)',
    ])
      expect(segments(other)).toEqual([text(other)])
    expect(preview(`${allLink('所有人')} 开会`, 'en')).toBe('@所有人 开会')
  })

  test('whom a text addresses: each once, fifty at most, and nobody by a link without @', () => {
    const at = (uid: number) => mentionLink(uid, 'x')
    expect(mentionsIn(`${at(3)} ${personLink(4, 'y')} ${at(2)}${at(3)} ${allLink('all')}`)).toEqual([3, 2, 0])
    expect(mentionsIn('@x https://a.b/user/detail/3 [@x](/user/detail/3)')).toEqual([])
    expect(mentionsIn(`![@x]({POPBASEURI}user/detail/3)`)).toEqual([])
    const many = Array.from({ length: 60 }, (_, n) => n + 1)
    expect(mentionsIn(many.map(at).join(''))).toEqual(many.slice(0, MENTIONS_MAX))
  })

  test('a message that is one address', () => {
    expect(parseContent('https://a.b/c?d=e#f')).toEqual({ kind: 'url', url: 'https://a.b/c?d=e#f' })
    expect(parseContent('http://')).toMatchObject({ kind: 'text' })
  })

  test('addresses in running text end where the sentence goes on', () => {
    expect(segments('看https://a.b/c，好')).toEqual([
      text('看'),
      { kind: 'link', label: 'https://a.b/c', url: 'https://a.b/c' },
      text('，好'),
    ])
    expect(segments('(see https://a.b/x_(y)).')).toEqual([
      text('(see '),
      { kind: 'link', label: 'https://a.b/x_(y)', url: 'https://a.b/x_(y)' },
      text(').'),
    ])
  })
})

describe('what cannot be made to do harm', () => {
  test('safe addresses', () => {
    for (const url of ['http://a', 'HTTPS://a/b?c', '//a/b', '/a', '/']) expect(safeUrl(url)).toBe(url)
    const unsafe = [
      '',
      'http://',
      'http:///a',
      'javascript://a',
      ' /a',
      '/a b',
      '/a"b',
      "/a'b",
      '/<a',
      'mailto:a',
      '/a\u0000',
    ]
    for (const url of [...unsafe, `/${'a'.repeat(2000)}`])
      expect([url, safeUrl(url)]).toEqual([url, undefined])
  })

  const pieces = fc.constantFrom(
    ...[
      '![',
      '[',
      ']',
      '](',
      ')',
      '(',
      'file[',
      'voice(',
      '\t',
      '|',
      '\n',
      ' ',
      '[表情',
      '9]',
      'http://',
      'https://',
    ],
    ...[
      '//',
      '/',
      '\\',
      '"',
      "'",
      '<',
      '>',
      'javascript:',
      'data:',
      'a',
      '群',
      '.',
      '{POPBASEURI}user/detail/',
      '7',
      '\u202e',
    ],
  )
  const contents = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
  )

  test('never throws, never yields an unsafe address, and loses no text', () => {
    fc.assert(
      fc.property(contents, (content) => {
        const parsed = parseContent(content)
        if (parsed.kind !== 'text') {
          expect(safeUrl(parsed.url)).toBe(parsed.url)
          return
        }
        let rest = content
        for (const segment of parsed.segments) {
          if ('url' in segment) expect(segment.url).toMatch(/^(?:https?:\/)?\//i)
          const shown = segment.kind === 'text' ? segment.text : 'label' in segment ? segment.label : ''
          expect(rest).toContain(shown)
          rest = rest.slice(rest.indexOf(shown) + shown.length)
        }
        expect(preview(content, 'en').length).toBeLessThanOrEqual(200)
      }),
      { numRuns: 3000 },
    )
  })

  test('time grows with the length, not with its square', () => {
    const repeated = [
      '[',
      '![',
      '[a](',
      '[a](x',
      '![a](',
      'http://',
      '(',
      ')',
      '[表情',
      '](',
      'file[',
      'a|',
      '[a](/b)',
      '\n[',
      ' ',
      'https://a.b/(',
    ]
    for (const piece of repeated) {
      const long = piece.repeat(Math.ceil(100_000 / piece.length))
      for (const content of [long, `file[${long}](/a)`, `voice(${long})`, `![${long}](/a)`]) {
        const start = performance.now()
        parseContent(content)
        preview(content, 'zh')
        // Quadratic time would be minutes for this length.
        expect(performance.now() - start).toBeLessThan(1000)
      }
    }
  })
})

describe('builders', () => {
  const urls = fc
    .webUrl({ withQueryParameters: true })
    .filter((url) => safeUrl(url) !== undefined && !/[()]/.test(url))

  test('what is built is read back', () => {
    fc.assert(
      fc.property(urls, fc.string({ unit: 'grapheme' }), (url, name) => {
        expect(parseContent(imageContent(url))).toEqual({ kind: 'image', alt: '图片', url })
        expect(parseContent(voiceContent(url))).toEqual({ kind: 'voice', url })
        expect(parseContent(fileContent(name, '1.00 KB', url))).toMatchObject({
          kind: 'file',
          size: '1.00 KB',
          url,
        })
        expect(segments(personLink(9, name))).toMatchObject([{ kind: 'mention', uid: 9 }])
        expect(segments(linkText(name, url))).toMatchObject([{ kind: 'link', url }])
      }),
    )
  })

  test('names keep what the grammar allows', () => {
    expect(fileContent('a[1]|\tb.txt', '1 KB', '/u/(1).txt')).toBe(
      'file[a【1】｜ b.txt\t1 KB](/u/%281%29.txt)',
    )
    expect(segments(personLink(9, '[Tom](/x)'))).toEqual([{ kind: 'mention', label: '【Tom】(/x)', uid: 9 }])
  })
})

describe('previews', () => {
  const cases: [string, string, string][] = [
    ['![图片](/a.png)', '[图片]', '[Photo]'],
    ['voice(/a.wav)', '[语音]', '[Voice]'],
    ['file[a.pdf|1 KB](/a.pdf)', '[文件] a.pdf', '[File] a.pdf'],
    ['file[a.mp4|1 KB](/a.mp4)', '[视频] a.mp4', '[Video] a.mp4'],
    ['好[表情3]\n [x](/y)', '好[表情] x', '好[Emoji] x'],
    ['[Tom]({POPBASEURI}user/detail/9) 加入了群聊', 'Tom 加入了群聊', 'Tom 加入了群聊'],
    ['https://a.b', 'https://a.b', 'https://a.b'],
  ]
  test.each(cases)('%p', (content, zh, en) => {
    expect(preview(content, 'zh')).toBe(zh)
    expect(preview(content, 'en')).toBe(en)
  })

  test('long texts are cut between characters', () => {
    expect(preview('😀'.repeat(10), 'zh', 4)).toBe('😀😀😀…')
    expect(preview('😀'.repeat(4), 'zh', 4)).toBe('😀😀😀😀')
  })
})

describe('the switches that a message hangs on', () => {
  const cases: [string, string[]][] = [
    ['你好 [x](/y)', []],
    ['https://a.b', []],
    ['![图片](/a.png)', ['upload_img']],
    ['file[a.mp4|1 KB](/a.mp4)', ['upload_file']],
    ['voice(/a.wav)', ['voice']],
    ['好[表情3]', ['emoji']],
    ['看 ![图](/a.png) [表情3]', ['upload_img', 'emoji']],
  ]
  test.each(cases)('%p', (content, switches) => {
    expect(switchesOf(content)).toEqual(switches as never)
  })
})
