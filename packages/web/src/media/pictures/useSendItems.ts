import { computed, onScopeDispose, type Ref, shallowReactive, watch } from 'vue'
import { kindOf } from './kinds.ts'
import {
  type Allowed,
  chosenBlob,
  type Prepared,
  prepareFile,
  type Refusal,
  refusalOf,
  type UploadLimits,
} from './prepared.ts'

/** A file in the preview. */
export interface SendItem {
  readonly id: number
  readonly name: string
  /** What it looks like by its name, later what it was found to be. */
  readonly kind: Prepared['kind']
  /** Bytes that would be uploaded. */
  readonly bytes: number
  readonly refusal: Refusal | undefined
  /** Undefined while it is being made ready. */
  readonly prepared: Prepared | undefined
}

interface Entry {
  readonly id: number
  readonly file: File
  readonly prepared: Prepared | undefined
}

let lastId = 0

/**
 * The files of a preview: made ready one after another, so that the page stays free. What is put behind them later joins.
 * @param original whether pictures go as they are
 */
export function useSendItems(
  files: () => readonly File[],
  limits: UploadLimits,
  allowed: Allowed,
  original: Ref<boolean>,
) {
  const entries = shallowReactive<Entry[]>([])
  let ready = Promise.resolve()
  let isTaken = false

  const items = computed(() => entries.map((entry) => itemOf(entry)))
  const sendable = computed(() => items.value.filter((item) => item.refusal === undefined))
  const bytes = computed(() => sendable.value.reduce((sum, item) => sum + item.bytes, 0))

  watch(
    files,
    (all, before = []) => {
      const added = all.slice(before.length).map((file) => ({ id: ++lastId, file, prepared: undefined }))
      entries.push(...added)
      ready = ready.then(() => prepareAll(added))
    },
    { immediate: true },
  )

  function itemOf({ id, file, prepared }: Entry): SendItem {
    const guess = kindOf(file)
    const kind = prepared?.kind ?? (guess === 'voice' ? 'file' : guess)
    const bytes = prepared ? chosenBlob(prepared, original.value).size : file.size
    // A picture may still become smaller.
    const isOpen = !prepared && kind === 'picture' && bytes > 0
    const refusal = isOpen ? undefined : refusalOf(kind, bytes, limits, allowed)
    return { id, name: file.name, kind, bytes, refusal, prepared }
  }

  async function prepareAll(added: readonly Entry[]): Promise<void> {
    for (const { id, file } of added) {
      if (!entries.some((entry) => entry.id === id)) continue
      const prepared = await prepareFile(file, allowed)
      const at = entries.findIndex((entry) => entry.id === id)
      if (at < 0) release(prepared)
      else entries[at] = { id, file, prepared }
    }
  }

  function remove(id: number): void {
    const at = entries.findIndex((entry) => entry.id === id)
    const [removed] = at < 0 ? [] : entries.splice(at, 1)
    release(removed?.prepared)
  }

  /** Waits until all is ready and hands out what can be sent, with its previews. */
  async function take(): Promise<Prepared[]> {
    await ready
    isTaken = true
    const taken = new Set(sendable.value.map(({ id }) => id))
    for (const { id, prepared } of entries) if (!taken.has(id)) release(prepared)
    return entries.flatMap(({ id, prepared }) => {
      if (!prepared || !taken.has(id)) return []
      const blob = chosenBlob(prepared, original.value)
      return [{ ...prepared, blob, name: blob instanceof File ? blob.name : prepared.name }]
    })
  }

  onScopeDispose(() => {
    if (!isTaken) for (const { id } of [...entries]) remove(id)
  })

  return { items, sendable, bytes, remove, take }
}

function release(prepared: Prepared | undefined): void {
  if (prepared?.previewUrl) URL.revokeObjectURL(prepared.previewUrl)
}
