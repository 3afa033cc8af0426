import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
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

  describe('with a picture that', () => {
    const file = new File(['x'], 'a.png', { type: 'image/png' })
    const page = globalThis as Record<string, unknown>
    beforeEach(() => {
      page.createImageBitmap = async () => ({ width: 30, height: 20, close() {} })
    })
    afterEach(() => {
      for (const name of ['createImageBitmap', 'OffscreenCanvas']) delete page[name]
    })

    test('the browser cannot draw, is a file', async () => {
      page.OffscreenCanvas = class {
        getContext = () => null
      }
      expect(await prepareFile(file, everything)).toEqual({ kind: 'file', blob: file, name: 'a.png' })
    })

    test('gets no placeholder, is a picture all the same', async () => {
      page.OffscreenCanvas = class {
        // More than a ThumbHash can be made of.
        width = 101
        height = 1
        getContext = () => ({ drawImage() {}, getImageData: () => ({ data: new Uint8ClampedArray(404) }) })
      }
      const prepared = await prepareFile(file, everything)
      expect(prepared).toMatchObject({ kind: 'picture', blob: file, width: 30, height: 20 })
      expect(prepared).not.toHaveProperty('thumbhash')
      URL.revokeObjectURL(prepared.previewUrl!)
    })
  })

  test('is sent as the original only where that is wanted and possible', () => {
    const blob = new Blob(['small'])
    const original = new File(['much larger'], 'a.jpg')
    expect(chosenBlob({ blob, original }, true)).toBe(original)
    expect(chosenBlob({ blob, original }, false)).toBe(blob)
    expect(chosenBlob({ blob }, true)).toBe(blob)
  })
})
