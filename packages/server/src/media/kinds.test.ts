import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { detectKind, type FileKind, kindOfExtension } from './kinds.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-kinds-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function detect(content: string | Uint8Array, name: string): Promise<FileKind> {
  const path = join(directory, 'file')
  await Bun.write(path, content)
  return detectKind(path, name)
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const padded = (...parts: Array<string | Buffer>) =>
  Buffer.concat([...parts.map((part) => Buffer.from(part as string)), Buffer.alloc(4096)])
const boxed = (brand: string) => padded(hex('00000018'), 'ftyp', brand, hex('00000200'), brand)
const image = () => sharp({ create: { width: 4, height: 4, channels: 3, background: '#123' } })
const wav = padded(
  'RIFF',
  hex('24080000'),
  'WAVEfmt ',
  hex('10000000 0100 0100 44ac0000 88580100 0200 1000'),
  'data',
)

test.each<[string, () => Promise<Uint8Array> | Uint8Array, string, string]>([
  ['png', () => image().png().toBuffer(), 'png', 'image/png'],
  ['jpeg', () => image().jpeg().toBuffer(), 'jpg', 'image/jpeg'],
  ['gif', () => image().gif().toBuffer(), 'gif', 'image/gif'],
  ['webp', () => image().webp().toBuffer(), 'webp', 'image/webp'],
  ['avif', () => image().avif().toBuffer(), 'avif', 'image/avif'],
  ['wav', () => wav, 'wav', 'audio/wav'],
  [
    'mp3',
    () => padded('ID3', hex('0300 00 0000000a'), Buffer.alloc(10), hex('fffb9064')),
    'mp3',
    'audio/mpeg',
  ],
  ['ogg', () => padded('OggS', Buffer.alloc(24), 'OpusHead'), 'ogg', 'audio/ogg'],
  ['amr', () => padded('#!AMR\n'), 'amr', 'audio/amr'],
  ['aac', () => padded(hex('fff15080')), 'aac', 'audio/aac'],
  ['flac', () => padded('fLaC'), 'flac', 'audio/flac'],
  ['m4a', () => boxed('M4A '), 'm4a', 'audio/mp4'],
  ['mp4', () => boxed('isom'), 'mp4', 'video/mp4'],
  ['mov', () => boxed('qt  '), 'mov', 'video/quicktime'],
  ['3gp', () => boxed('3gp5'), '3gp', 'video/3gpp'],
  ['webm', () => padded(hex('1a45dfa3 9f 4282 84'), 'webm'), 'webm', 'video/webm'],
])('%s is told by its content under any name', async (_, content, extension, mime) => {
  const bytes = await content()
  for (const name of ['a', 'page.html', 'x.exe', 'photo.png', 'x.mp4']) {
    const kind = await detect(bytes, name)
    expect(kind).toEqual({ mime, extension, family: mime.split('/')[0] as FileKind['family'] })
  }
})

const OTHER = { mime: 'application/octet-stream', family: 'other' }

test.each([
  'html',
  'HTM',
  'svg',
  'svgz',
  'xml',
  'xhtml',
  'xht',
  'shtml',
  'js',
  'mjs',
  'css',
  'php',
  'php7',
  'phtml',
  'phar',
  'jsp',
  'aspx',
  'mht',
  'mhtml',
  'hta',
  'swf',
  'wasm',
  'htaccess',
  'xsl',
])('text under the active extension %s is stored as bin', async (extension) => {
  expect(await detect('<script>alert(1)</script>', `a.${extension}`)).toEqual({
    ...OTHER,
    extension: 'bin',
  } as FileKind)
  expect(kindOfExtension(extension)).toMatchObject({ family: 'other', extension: 'bin' })
})

test.each(['png', 'jpg', 'jpeg', 'mp4', 'm4v', 'wav', 'opus', 'webp'])(
  'text that calls itself %s does not pass for it',
  async (extension) => {
    expect(await detect('<html><script>', `a.${extension}`)).toEqual({
      ...OTHER,
      extension: 'bin',
    } as FileKind)
  },
)

test.each([
  ['notes.txt', 'hello', 'txt'],
  ['报告.DOCX', 'hello', 'docx'],
  ['archive.tar.gz', 'hello', 'gz'],
  ['nothing', 'hello', 'bin'],
  ['nothing', '%PDF-1.7\n', 'pdf'],
  ['paper.html', '%PDF-1.7\n', 'bin'],
  ['a.notanextension', 'hello', 'bin'],
  ['', '', 'bin'],
  ['__proto__.constructor', 'x', 'bin'],
])('%s keeps a harmless extension', async (name, content, extension) => {
  expect(await detect(content, name)).toEqual({ ...OTHER, extension } as FileKind)
})

test('SVG and HTML are nothing special, whatever they are called', async () => {
  for (const content of [
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    '<!doctype html><p>',
  ])
    for (const name of ['a.svg', 'a.html', 'a.png', 'a'])
      expect(await detect(content, name)).toEqual({ ...OTHER, extension: 'bin' } as FileKind)
})

test('old spellings in addresses are served as what they are', () => {
  expect(kindOfExtension('jpeg')).toMatchObject({ mime: 'image/jpeg' })
  expect(kindOfExtension('JPG')).toMatchObject({ mime: 'image/jpeg' })
  expect(kindOfExtension('constructor')).toMatchObject(OTHER)
  expect(kindOfExtension('')).toMatchObject(OTHER)
})
