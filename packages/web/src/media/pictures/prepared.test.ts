import { describe, expect, test } from 'bun:test'
import { chosenBlob, prepareFile, refusalOf } from './prepared.ts'

const limits = { imageBytes: 10, fileBytes: 100 }
const everything = { pictures: true, files: true }

describe('what the site would refuse', () => {
  test('is what is too big, each kind by its own limit', () => {
    expect(refusalOf('picture', 10, limits, everything)).toBeUndefined()
    expect(refusalOf('picture', 11, limits, everything)).toBe('pictureTooBig')
    expect(refusalOf('video', 100, limits, everything)).toBeUndefined()
    expect(refusalOf('file', 101, limits, everything)).toBe('fileTooBig')
  })

  test('is what is switched off', () => {
    expect(refusalOf('picture', 1, limits, { pictures: false, files: true })).toBe('noPictures')
    expect(refusalOf('video', 1, limits, { pictures: true, files: false })).toBe('noFiles')
  })

  test('is what has no content, like a folder', () => {
    expect(refusalOf('file', 0, limits, everything)).toBe('empty')
  })
})

describe('a file that is prepared', () => {
  test('stays as it is, sound too', async () => {
    const file = new File(['x'], 'song.mp3', { type: 'audio/mpeg' })
    expect(await prepareFile(file, everything)).toEqual({ kind: 'file', blob: file, name: 'song.mp3' })
  })

  test('is a file when pictures may not be sent', async () => {
    const file = new File(['x'], 'a.png', { type: 'image/png' })
    expect((await prepareFile(file, { pictures: false, files: true })).kind).toBe('file')
  })

  test('is sent as the original only where that is wanted and possible', () => {
    const blob = new Blob(['small'])
    const original = new File(['much larger'], 'a.jpg')
    expect(chosenBlob({ blob, original }, true)).toBe(original)
    expect(chosenBlob({ blob, original }, false)).toBe(blob)
    expect(chosenBlob({ blob }, true)).toBe(blob)
  })
})
