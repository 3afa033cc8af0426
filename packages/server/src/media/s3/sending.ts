import { elementOf, textOf } from './answers.ts'
import type { Bucket } from './bucket.ts'
import { StoreError } from './failure.ts'
import { watched } from './patience.ts'

/** Larger files go in parts: one request may carry 5 GiB, and a part that failed is sent again alone. */
export const PART_BYTES = 64 * 1024 * 1024

/** How long a store may take over what it was sent, and how long nothing may flow while it is sent. */
export const STORING_MS_MAX = 15_000

/** A local file on its way into a bucket. */
interface Sending {
  readonly source: string
  /** Bytes. */
  readonly size: number
  readonly partBytes: number
  readonly storingMs: number
  /** What the object is to be handed out with. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Sends a file, streaming from the disk: memory does not grow with its size. A reader sees all of it or nothing.
 * @throws StoreError
 */
export async function sendFile(bucket: Bucket, key: string, sending: Sending): Promise<void> {
  if (sending.size > sending.partBytes) return sendInParts(bucket, key, sending)
  await sendBytes(bucket, { key, headers: sending.headers }, sending, 0, sending.size)
}

/** Sends bytes from `start` to before `end` of a file. @returns their entity tag */
async function sendBytes(
  bucket: Bucket,
  target: { key: string; query?: Record<string, string>; headers?: Readonly<Record<string, string>> },
  { source, storingMs }: Sending,
  start: number,
  end: number,
): Promise<string> {
  const response = await bucket.send({
    method: 'PUT',
    ...target,
    // With its length given, the runtime streams a body as one piece; the protocol knows no other form.
    headers: { ...target.headers, 'Content-Length': String(end - start) },
    body: (patience) => (start === end ? '' : watched(Bun.file(source).slice(start, end).stream(), patience)),
    idleMs: storingMs,
  })
  return response.headers.get('etag') ?? ''
}

async function sendInParts(bucket: Bucket, key: string, sending: Sending): Promise<void> {
  const { size, partBytes, headers } = sending
  const begun = await bucket.send({ method: 'POST', key, query: { uploads: '' }, headers })
  const uploadId = elementOf(await textOf(begun), 'UploadId')
  if (!uploadId) throw new StoreError('refused', 'POST answered without an upload id')
  try {
    const parts: string[] = []
    for (let start = 0; start < size; start += partBytes) {
      const number = String(parts.length + 1)
      const target = { key, query: { partNumber: number, uploadId } }
      const etag = await sendBytes(bucket, target, sending, start, Math.min(start + partBytes, size))
      parts.push(`<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
    }
    await complete(bucket, key, uploadId, parts)
  } catch (error) {
    // Parts of an upload that never ends are kept, and paid for, without anybody seeing them.
    bucket.send({ method: 'DELETE', key, query: { uploadId } }).catch(() => undefined)
    throw error
  }
}

async function complete(
  bucket: Bucket,
  key: string,
  uploadId: string,
  parts: readonly string[],
): Promise<void> {
  const answer = await bucket.send({
    method: 'POST',
    key,
    query: { uploadId },
    headers: { 'Content-Type': 'application/xml' },
    body: () => `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
    idleMs: STORING_MS_MAX,
  })
  // The head of this answer comes before the work is done: the error may be in what follows.
  const text = await textOf(answer)
  const code = elementOf(text, 'Code')
  if (code || !text.includes('CompleteMultipartUploadResult'))
    throw new StoreError('refused', `POST answered with the error ${code ?? 'nothing'}`, code)
}
