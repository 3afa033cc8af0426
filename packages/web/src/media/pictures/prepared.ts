import { kindOf } from './kinds.ts'
import { preparePicture } from './prepare.ts'
import { readVideo } from './videos.ts'

/** What the site lets people send. */
export interface Allowed {
  readonly pictures: boolean
  readonly files: boolean
}

/** The most bytes that the site takes. */
export interface UploadLimits {
  readonly imageBytes: number
  readonly fileBytes: number
}

/** A file that is ready to be sent: a `picture` by `upload/img`, all others by `upload/file`. */
export interface Prepared {
  readonly kind: 'picture' | 'video' | 'file'
  /** What is to be uploaded, and under which name. */
  readonly blob: Blob
  readonly name: string
  /** A picture: the file as it was chosen, if it could be sent instead of `blob`. */
  readonly original?: File
  /** Pixels, upright; both or none. */
  readonly width?: number
  readonly height?: number
  /** Of a film. */
  readonly seconds?: number
  /** Of the picture or the film's poster, in base64url. */
  readonly thumbhash?: string
  /** Object URL of the picture or poster: whoever has it last revokes it. */
  readonly previewUrl?: string
}

/**
 * Looks at a file and makes it ready. A picture that cannot be made ready, or may not be sent as one, becomes a file. Sound
 * is a file, too: only what was recorded here is a voice message. Never throws.
 */
export async function prepareFile(file: File, allowed: Allowed): Promise<Prepared> {
  const asFile = { kind: 'file', blob: file, name: file.name } as const
  switch (allowed.pictures || kindOf(file) !== 'picture' ? kindOf(file) : 'file') {
    case 'picture':
      try {
        return { kind: 'picture', ...(await preparePicture(file)) }
      } catch {
        return asFile
      }
    case 'video':
      return { ...asFile, kind: 'video', ...(await readVideo(file)) }
    default:
      return asFile
  }
}

/** What will be uploaded, given whether originals were asked for. */
export const chosenBlob = (
  { blob, original }: Pick<Prepared, 'blob' | 'original'>,
  wantsOriginal: boolean,
): Blob => (wantsOriginal ? (original ?? blob) : blob)

/** Why the site would not take it. */
export type Refusal = 'empty' | 'pictureTooBig' | 'fileTooBig' | 'noPictures' | 'noFiles'

/** Tells beforehand what the site would answer; undefined when it takes it. @param bytes of what would be uploaded */
export function refusalOf(
  kind: Prepared['kind'],
  bytes: number,
  limits: UploadLimits,
  allowed: Allowed,
): Refusal | undefined {
  // Also a folder: browsers give it as a file without content.
  if (bytes === 0) return 'empty'
  if (kind === 'picture') {
    if (!allowed.pictures) return 'noPictures'
    return bytes > limits.imageBytes ? 'pictureTooBig' : undefined
  }
  if (!allowed.files) return 'noFiles'
  return bytes > limits.fileBytes ? 'fileTooBig' : undefined
}
