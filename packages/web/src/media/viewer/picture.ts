/** A picture that the viewer can show. */
export interface ViewerPicture {
  /** Stays the same while pictures come and go. */
  readonly key: string
  readonly src: string
  readonly alt: string
  /** Pixels, when they are known before it loads. */
  readonly width?: number
  readonly height?: number
  /** Who sent it and when, as people read it. */
  readonly from?: string
  readonly time?: string
}

/** What a picture is called when it is saved. */
export function fileName(src: string): string {
  const last = src.split(/[?#]/, 1)[0]!.split('/').pop() ?? ''
  try {
    return decodeURIComponent(last) || 'picture'
  } catch {
    return last
  }
}
