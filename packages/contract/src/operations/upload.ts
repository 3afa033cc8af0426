import { z } from 'zod'
import { id, optionalFlag } from '../fields.ts'
import { declare } from '../operation.ts'
import { UploadResult } from '../shapes.ts'

const rate = { name: 'upload', by: ['user'] } as const

/** Stores a picture for the caller's profile, cropped to a square. `user/update` puts it to use. */
export const uploadAvatar = declare({
  path: 'upload/avatar',
  method: 'POST',
  allow: 'caller',
  tag: 'upload',
  summary: { zh: '上传头像', en: 'Upload a profile picture' },
  input: z.object({}),
  output: UploadResult,
  file: 'file',
  rate,
  socket: false,
})

/**
 * Stores a picture for a message, made anew without what it tells of its owner, and fitted into 1920×1920 pixels unless
 * `original` is 1.
 */
export const uploadImg = declare({
  path: 'upload/img',
  method: 'POST',
  allow: 'caller',
  tag: 'upload',
  summary: { zh: '上传图片', en: 'Upload a picture' },
  input: z.object({
    /** Parley: keeps its size. */
    original: optionalFlag(),
  }),
  output: UploadResult,
  file: 'file',
  rate,
  socket: false,
})

/** Stores a file for a message, unchanged. */
export const uploadFile = declare({
  path: 'upload/file',
  method: 'POST',
  allow: 'caller',
  tag: 'upload',
  summary: { zh: '上传文件', en: 'Upload a file' },
  input: z.object({}),
  output: UploadResult,
  file: 'file',
  rate,
  socket: false,
})

/** Stores a picture for a group of the caller. `group/update` puts it to use. */
export const uploadGroupAvatar = declare({
  path: 'upload/groupavatar',
  method: 'POST',
  allow: 'caller',
  tag: 'upload',
  summary: { zh: '上传群头像', en: 'Upload a group picture' },
  input: z.object({ gid: id() }),
  output: UploadResult,
  file: 'file',
  rate,
  socket: false,
})
