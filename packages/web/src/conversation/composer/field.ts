/** What the parts around the field may do with it. */
export interface FieldHandle {
  focus(options?: { atEnd?: boolean }): Promise<void>
  blur(): void
  /** Puts something where the caret is. */
  insert(piece: string): void
  /** Deletes what stands before the caret. */
  backspace(): void
  mention(uid: number, name: string): void
  /** Shows the member's quick replies, or hides them. */
  askReplies(): Promise<void>
}
