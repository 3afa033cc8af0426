import { fileContent, imageContent, voiceContent } from '@parley/client'
import { type Hints, writeHints } from '@/media/hints.ts'
import { formatBytes } from '@/media/pictures/kinds.ts'
import type { Prepared } from '@/media/pictures/prepared.ts'
import { type Recording, recordingHints } from '@/media/voice/recorder.ts'
import type { NewAttachment } from '@/stores/attachments.ts'

/** What a preview hands out, as it goes on its way. `original`: its pictures keep their size. */
export function fromPrepared(prepared: Prepared, original: boolean): NewAttachment {
  const { kind, blob, name, width, height, seconds, thumbhash, previewUrl } = prepared
  const hints: Hints = {
    ...(width && height ? { width, height } : {}),
    ...(seconds === undefined ? {} : { seconds }),
    ...(thumbhash ? { placeholder: thumbhash } : {}),
  }
  return {
    ...{ kind: kind === 'picture' ? 'image' : kind, blob, name, sizeText: formatBytes(blob.size) },
    ...(width && height ? { width, height } : {}),
    ...(seconds === undefined ? {} : { seconds }),
    ...(previewUrl ? { previewUrl } : {}),
    ...(original && prepared.original ? { original } : {}),
    contentOf: ({ src, size }) =>
      kind === 'picture'
        ? imageContent(writeHints(src, hints))
        : fileContent(name, size, writeHints(src, hints)),
  }
}

/** A voice message. */
export function fromRecording(recording: Recording): NewAttachment {
  const { blob, name, seconds, peaks } = recording
  return {
    ...{ kind: 'voice', blob, name, seconds, sizeText: formatBytes(blob.size) },
    peaks: recordingHints(recording).peaks ?? peaks,
    contentOf: ({ src }) => voiceContent(writeHints(src, recordingHints(recording))),
  }
}

/** A long text as a file. Its name says when it was written, in local time: `text-20260308-1432.txt`. */
export function fromText(text: string, at: Date): NewAttachment {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  const name = `text-${day}-${two(at.getHours())}${two(at.getMinutes())}.txt`
  // The mark at the beginning keeps old Windows programs from guessing the encoding.
  const blob = new Blob(['\ufeff', text], { type: 'text/plain;charset=utf-8' })
  return {
    ...{ kind: 'file', blob, name, sizeText: formatBytes(blob.size) },
    contentOf: ({ src, size }) => fileContent(name, size, src),
  }
}
