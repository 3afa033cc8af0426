import { describe, expect, test } from 'bun:test'
import { extensionOf, formatBytes, kindOf, renamed } from './kinds.ts'

const kind = (name: string, type = '') => kindOf({ name, type })

describe('the kind of a file', () => {
  test('comes from its type', () => {
    expect([kind('a', 'image/png'), kind('a', 'video/x-matroska'), kind('a', 'audio/wav')]).toEqual([
      'picture',
      'video',
      'voice',
    ])
    expect([kind('a.png', 'application/pdf'), kind('logo.svg', 'image/svg+xml')]).toEqual(['file', 'file'])
  })

  test('comes from its name where there is no type', () => {
    expect([kind('IMG_1.HEIC'), kind('a.MOV'), kind('voice_recording_1.wav')]).toEqual([
      'picture',
      'video',
      'voice',
    ])
    expect([kind('报告.docx'), kind('README'), kind('.png')]).toEqual(['file', 'file', 'picture'])
  })
})

describe('names', () => {
  test('have an extension or none', () => {
    expect(['a.tar.gz', 'A.JPG', 'README', 'end.', 'a. b'].map(extensionOf)).toEqual([
      'gz',
      'jpg',
      '',
      '',
      '',
    ])
  })

  test('get another one', () => {
    expect([renamed('照片.heic', 'jpg'), renamed('photo', 'webp'), renamed('.png', 'jpg')]).toEqual([
      '照片.jpg',
      'photo.webp',
      'picture.jpg',
    ])
  })
})

test('sizes are written for people', () => {
  const sizes = [0, 999, 1023.999, 1024, 1536, 2_527_068, 1024 ** 3, 3 * 1024 ** 5]
  expect(sizes.map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1 KB',
    '1 KB',
    '1.5 KB',
    '2.41 MB',
    '1 GB',
    '3072 TB',
  ])
})
