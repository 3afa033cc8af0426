import { unlink } from 'node:fs/promises'
import { AppError, type UploadResult } from '@parley/contract'
import type { Clock } from '../../clock.ts'
import {
  detectKind,
  type FileKind,
  type FileStore,
  formatSize,
  type ImageMode,
  newUploadPath,
  processImage,
  type UploadedFile,
} from '../../media/index.ts'
import type { Actor } from '../../operation.ts'
import type { Database } from '../../storage/index.ts'
import type { Groups } from '../groups/index.ts'
import type { NumberName, Settings } from '../settings/index.ts'
import type { Users } from '../users/index.ts'

const MEGABYTE = 1024 * 1024

/** Browsers record sound into the same containers as films; clients call such a file `voice…`. */
const VOICE_NAME = /^voice/i

/** Who uploads, and the site's origin as they see it. */
export type Uploader = Pick<Actor, 'kind' | 'uid' | 'origin'>

/** A file that is ready to be stored: where it goes, where it lies, what it is. */
interface Ready {
  path: string
  source: string
  mime: string
  /** Bytes. */
  size: number
}

type RowKind = 'avatar' | 'groupavatar' | 'img' | 'file'

interface Dependencies {
  db: Database
  clock: Clock
  settings: Settings
  users: Users
  groups: Groups
  files: FileStore
}

/**
 * Takes in files. Pictures are made anew; other files stay as they are, byte for byte, and are told apart by their
 * content. Where a file ends up cannot be guessed: its address is the permission to read it.
 */
export class Uploads {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * A picture for the caller's profile, cropped to a square; `user/update` puts it to use.
   * @throws AppError missing_parameter (nobody is named), account_disabled, too_large, not_an_image, image_failed,
   *   unavailable
   */
  async avatar(uploader: Uploader, file: UploadedFile): Promise<UploadResult> {
    if (uploader.uid === 0) throw new AppError('missing_parameter', { name: 'login_uid' })
    await this.#admit(uploader, file, 'image_megabytes')
    const { clock } = this.dependencies
    const ready = await this.#picture(file, 'avatar', (extension) =>
      newUploadPath('avatar', clock(), { extension, id: uploader.uid }),
    )
    return this.#store(uploader, file, 'avatar', ready)
  }

  /**
   * A picture for a group, cropped to a square; `group/update` puts it to use. Only the group's owner and managers may
   * upload one, and a site's backend that acts for nobody.
   * @throws AppError account_disabled, group_gone, illegal_operation, too_large, not_an_image, image_failed, unavailable
   */
  async groupAvatar(uploader: Uploader, file: UploadedFile, gid: number): Promise<UploadResult> {
    const { clock, groups } = this.dependencies
    await this.#admit(uploader, file, 'image_megabytes')
    await groups.requireOpen(gid)
    const role = (await groups.standing(gid, uploader.uid))?.role
    const isSite = uploader.kind === 'server' && uploader.uid === 0
    if (!isSite && role !== 'owner' && role !== 'manager') throw new AppError('illegal_operation')
    const ready = await this.#picture(file, 'avatar', (extension) =>
      newUploadPath('groupavatar', clock(), { extension, id: gid }),
    )
    return this.#store(uploader, file, 'groupavatar', ready)
  }

  /**
   * A picture for a message. `original`: it keeps its size.
   * @throws AppError switched_off, account_disabled, too_large, not_an_image, image_failed, unavailable
   */
  async image(uploader: Uploader, file: UploadedFile, original = false): Promise<UploadResult> {
    this.dependencies.settings.requireOn('upload_img')
    await this.#admit(uploader, file, 'image_megabytes')
    const { clock } = this.dependencies
    const ready = await this.#picture(file, original ? 'original' : 'picture', (extension) =>
      newUploadPath('image', clock(), { extension }),
    )
    return this.#store(uploader, file, 'img', ready)
  }

  /**
   * Any file for a message, unchanged. Voice is a file, too, with a switch of its own: each of the two can be off
   * while the other is on.
   * @throws AppError switched_off, account_disabled, too_large, unavailable
   */
  async file(uploader: Uploader, file: UploadedFile): Promise<UploadResult> {
    await this.#admit(uploader, file, 'file_megabytes')
    const { clock, settings } = this.dependencies
    const kind = await detectKind(file.path, file.name)
    settings.requireOn(isVoice(kind, file) ? 'voice' : 'upload_file')
    const path = newUploadPath('file', clock(), { extension: kind.extension })
    return this.#store(uploader, file, 'file', { path, source: file.path, mime: kind.mime, size: file.size })
  }

  /** What every upload needs: somebody who may act, and a size that the site takes. */
  async #admit(uploader: Uploader, file: UploadedFile, limit: NumberName): Promise<void> {
    const { users, settings } = this.dependencies
    if (uploader.uid !== 0) await users.requireActive(uploader.uid)
    const bytesMax = settings.number(limit) * MEGABYTE
    if (file.size > bytesMax) throw new AppError('too_large', { limit: formatSize(bytesMax) })
  }

  async #picture(
    file: UploadedFile,
    mode: ImageMode,
    pathFor: (extension: string) => string,
  ): Promise<Ready> {
    // Beside the upload, so that storing it is a rename.
    const made = await processImage(file.path, `${file.path}-made`, mode)
    return { path: pathFor(made.extension), source: made.path, mime: made.mime, size: made.size }
  }

  async #store(uploader: Uploader, file: UploadedFile, kind: RowKind, ready: Ready): Promise<UploadResult> {
    const { db, clock, files } = this.dependencies
    const { path, source, mime, size } = ready
    const { name } = file
    try {
      await files.put(path, source, { mime })
    } catch (error) {
      await unlink(source).catch(() => undefined)
      // A full disk, or a store that is down: the log gets the cause, the caller may try again.
      throw new AppError('unavailable', {}, error)
    }
    try {
      const row = { path, uid: uploader.uid, kind, name, size, type: mime, created_at: clock() }
      await db.write.insertInto('upload').values(row).execute()
    } catch (error) {
      // A file that nothing knows of could never be cleaned up.
      await files.delete(path).catch(() => undefined)
      throw error
    }
    return { src: uploader.origin.replace(/^https?:/, '') + path, name, size: formatSize(file.size) }
  }
}

const isVoice = ({ family }: FileKind, { name }: UploadedFile): boolean =>
  family === 'audio' || (family === 'video' && VOICE_NAME.test(name))
