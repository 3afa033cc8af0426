import { expect, test } from 'bun:test'
import { isUploadPath, newUploadPath } from './files.ts'

const HEX_NAME = '[0-9a-f]{8}[0-9a-f]{32}'
/** 2021-04-30 23:30 in London is 1 May in Shanghai. */
const NOW = Date.UTC(2021, 3, 30, 22, 30, 5, 700)

test('addresses follow the document, with the date of Shanghai', () => {
  const seconds = Math.floor(NOW / 1000).toString(16)
  expect(newUploadPath('image', NOW, { extension: 'png' })).toMatch(
    new RegExp(`^/upload/images/202105/01${seconds}[0-9a-f]{32}\\.png$`),
  )
  expect(newUploadPath('file', NOW, { extension: 'mp4' })).toMatch(
    new RegExp(`^/upload/files/202105/01${HEX_NAME}\\.mp4$`),
  )
  expect(newUploadPath('avatar', NOW, { extension: 'jpg', id: 12_345 })).toMatch(
    new RegExp(`^/upload/avatars/345/12345/01${HEX_NAME}\\.jpg$`),
  )
  expect(newUploadPath('groupavatar', NOW, { extension: 'jpg', id: 7 })).toMatch(
    new RegExp(`^/upload/groups/7/7/01${HEX_NAME}\\.jpg$`),
  )
})

test('no two addresses are alike, and each is an upload path', () => {
  const paths = Array.from({ length: 1000 }, () => newUploadPath('image', NOW, { extension: 'png' }))
  expect(new Set(paths).size).toBe(1000)
  expect(paths.every(isUploadPath)).toBe(true)
})

test('an extension that could lead elsewhere is refused', () => {
  for (const extension of ['../x', 'a/b', 'PNG', '', 'toolongext', 'a.b'])
    expect(() => newUploadPath('file', NOW, { extension })).toThrow(RangeError)
})

test('addresses of files moved from older servers are upload paths, too', () => {
  expect(isUploadPath('/upload/avatars/9/9/265cea5d13d5b0.jpg')).toBe(true)
  expect(isUploadPath('/upload/files/201905/315cf104b5cac8.png')).toBe(true)
})
