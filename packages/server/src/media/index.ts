export {
  AVATAR_POLICY,
  avatarInitial,
  composeGroupAvatar,
  drawInitialAvatar,
  type GroupFace,
} from './avatars.ts'
export {
  type ByteRange,
  type FileMeta,
  type FileStore,
  isUploadPath,
  LocalFileStore,
  newUploadPath,
  type StoredFile,
  type UploadKind,
} from './files.ts'
export { WorkGate } from './gate.ts'
export { type ImageMode, type ProcessedImage, processImage } from './images.ts'
export { initialOf } from './initials.ts'
export { detectKind, type FileFamily, type FileKind, kindOfExtension } from './kinds.ts'
export {
  type MultipartForm,
  type MultipartOptions,
  receiveMultipart,
  type UploadedFile,
} from './multipart.ts'
export { cleanFileName, contentDisposition } from './names.ts'
export { fileResponse, type ServeOptions } from './serve.ts'
export { formatSize } from './sizes.ts'
