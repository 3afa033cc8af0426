import { AppError, uploadAvatar, uploadFile, uploadGroupAvatar, uploadImg } from '@parley/contract'
import type { UploadedFile } from '../../media/index.ts'
import { type Call, implement, type Operation } from '../../operation.ts'
import { Uploads } from './uploads.ts'

/** @throws AppError missing_parameter; the doors see to it that it never comes to that */
function fileOf({ file }: Call): UploadedFile {
  if (!file) throw new AppError('missing_parameter', { name: 'file' })
  return file
}

/** The operations under `upload/`. */
export function uploadOperations(dependencies: ConstructorParameters<typeof Uploads>[0]): Operation[] {
  const uploads = new Uploads(dependencies)
  return [
    implement(uploadAvatar, (call) => uploads.avatar(call.actor, fileOf(call))),
    implement(uploadImg, (call, { original }) => uploads.image(call.actor, fileOf(call), original === 1)),
    implement(uploadFile, (call) => uploads.file(call.actor, fileOf(call))),
    implement(uploadGroupAvatar, (call, { gid }) => uploads.groupAvatar(call.actor, fileOf(call), gid)),
  ]
}
