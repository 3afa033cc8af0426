declare module 'virtual:emoji' {
  /** Address of the drawing of `[表情N]`, 0 to 100. */
  export const emojiFile: (index: number) => string
  /** Address of a sheet with all of them: `#e0` … `#e100`. */
  export const EMOJI_SHEET: string
}
