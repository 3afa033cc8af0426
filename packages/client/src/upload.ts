import type { UploadResult } from '@parley/contract'
import { NetworkError, ParleyError } from './errors.ts'
import type { Timings } from './timings.ts'
import { type Http, readAnswer, within } from './transport/http.ts'

/** What a file is uploaded as: a picture or file for a message, a profile picture, a group's picture. */
export type UploadKind = 'img' | 'file' | 'avatar' | 'groupavatar'

export interface UploadOptions {
  /** The file's name, for a `Blob` that has none. */
  readonly name?: string
  /** `groupavatar`: the group. */
  readonly gid?: number
  /** `img`: the picture keeps its size. */
  readonly original?: boolean
  /** Ends the upload. */
  readonly signal?: AbortSignal
  /** Hears how many of the file's bytes have left; the last time all of them. */
  readonly onProgress?: (sent: number, total: number) => void
}

/**
 * Uploads a file, by XMLHttpRequest where there is one: a browser's `fetch` does not tell how far it has come.
 * @param timings in a browser, it counts as lost when nothing moves for `stallMs`, or `storeMs` after all has left
 * @throws ParleyError, NetworkError; the signal's reason when it was aborted
 */
export async function upload(
  http: Http,
  kind: UploadKind,
  file: Blob,
  {
    name,
    gid,
    original = false,
    signal = new AbortController().signal,
    onProgress = () => {},
  }: UploadOptions,
  timings: Timings,
): Promise<UploadResult> {
  signal.throwIfAborted()
  const path = `upload/${kind}`
  const form = new FormData()
  if (gid !== undefined) form.append('gid', String(gid))
  if (original) form.append('original', '1')
  const ownName = 'name' in file && typeof file.name === 'string' ? file.name : 'file'
  form.append('file', file, name ?? ownName)
  const send = typeof XMLHttpRequest === 'function' ? sendByXhr : sendByFetch
  const progress = (sent: number) => onProgress(Math.min(sent, file.size), file.size)
  const result = await send(http, path, form, signal, progress, timings)
  onProgress(file.size, file.size)
  return result as UploadResult
}

type Send = (
  http: Http,
  path: string,
  form: FormData,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
  timings: Timings,
) => Promise<unknown>

const sendByXhr: Send = (http, path, form, signal, onSent, { stallMs, storeMs }) =>
  within(stallMs, signal, path, (limited, renew) => {
    const request = new XMLHttpRequest()
    return new Promise((resolve, reject) => {
      request.open('POST', http.address(path))
      for (const [header, value] of Object.entries(http.headers())) request.setRequestHeader(header, value)
      request.upload.onprogress = ({ loaded }) => {
        renew(stallMs)
        onSent(loaded)
      }
      request.upload.onload = () => renew(storeMs)
      request.onerror = () => reject(new NetworkError('unreachable', path, true))
      request.onabort = () => reject(limited.reason)
      request.onload = () => {
        try {
          resolve(readAnswer(path, JSON.parse(request.responseText)))
        } catch (error) {
          reject(error instanceof ParleyError ? error : new NetworkError('unexpected', path, true, error))
        }
      }
      limited.addEventListener('abort', () => request.abort())
      request.send(form)
    })
  })

/** Counts the form's bytes while they are read off to be sent, which may be long before they leave. */
const sendByFetch: Send = (http, path, form, signal, onSent) => {
  const encoded = new Response(form)
  // Before the body is touched: it holds the boundary, which some forget afterwards.
  const type = encoded.headers.get('content-type')!
  let sent = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      sent += chunk.length
      onSent(sent)
      controller.enqueue(chunk)
    },
  })
  return http.request(path, {
    body: encoded.body!.pipeThrough(counter),
    headers: { 'content-type': type },
    signal,
  })
}
