import type { Chat } from '@parley/client'
import { computed, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Prepared } from '@/media/pictures/prepared.ts'
import type { Recording } from '@/media/voice/recorder.ts'
import { useAttachments } from '@/stores/attachments.ts'
import { chatKey } from '@/stores/chats.ts'
import { toWire } from '@/stores/mentions.ts'
import { useMessages } from '@/stores/messages.ts'
import { useSite } from '@/stores/site.ts'
import { fromPrepared, fromRecording, fromText } from './items.ts'
import { roomLeft } from './limits.ts'
import type { useBox } from './useBox.ts'
import type { Switches } from './useSwitches.ts'

/** Why something was not sent, and what can be done instead. */
interface Note {
  readonly text: string
  /** Words on the button that does `run`. */
  readonly act?: string | undefined
  run?(): void
}

/** What a preview hands out. */
interface Chosen {
  readonly items: readonly Prepared[]
  readonly caption: string
  /** Pictures go as they are. */
  readonly original: boolean
}

/** Sends what is in the box, and what was chosen beside it. @param sent is told of everything that was sent off */
export function useSending(
  chat: () => Chat,
  box: ReturnType<typeof useBox>,
  on: () => Switches,
  sent: () => void,
) {
  const { t, n } = useI18n()
  const messages = useMessages()
  const attachments = useAttachments()
  const site = useSite()
  const note = shallowRef<Note>()
  /** The files in the preview, and the chat that they are for. */
  const preview = shallowRef<{ chat: Chat; files: readonly File[]; withText: boolean }>()
  /** What is written in the preview while the box keeps a text of several lines. */
  const ownCaption = ref('')

  const limit = computed(() => site.number('message_limit'))
  const isEmpty = computed(() => box.text.value.trim() === '')
  /** Characters left, where there are few. */
  const left = computed(() =>
    roomLeft(
      box.mentions.value.length > 0 ? toWire(box.text.value, box.mentions.value) : box.text.value,
      limit.value,
    ),
  )

  watch(
    () => chatKey(chat()),
    () => {
      note.value = undefined
      preview.value = undefined
    },
  )
  watch(left, (now) => {
    if (now === undefined || now >= 0) note.value = undefined
  })

  const quoteOf = () => {
    const { quote } = box
    return quote.value ? { quote: quote.value } : {}
  }

  const tooLong = (): string => t('composer.tooLong', { limit: n(limit.value) })

  /** Says that a text is too long. @param asFile sends it as a file, where files may be sent */
  function refuse(asFile: () => void): void {
    const text = tooLong()
    const run = () => {
      asFile()
      note.value = undefined
      sent()
    }
    note.value = {
      ...{ text, run },
      // Read anew while it is shown: files may be switched off.
      get act() {
        return on().files ? t('composer.asFile') : undefined
      },
    }
  }

  function submit(): void {
    const content = box.content()
    if (content === '') return
    if (left.value !== undefined && left.value < 0 && (roomLeft(content, limit.value) ?? 0) < 0) {
      refuse(() => {
        const text = box.text.value
        attachments.add(chat(), [fromText(text, new Date())], { text, ...quoteOf() })
        box.clear()
      })
      return
    }
    messages.send(chat(), content, quoteOf().quote)
    box.clear()
    note.value = undefined
    sent()
  }

  /** A text was pasted that no message can hold. */
  const offerFile = (text: string): void =>
    refuse(() => {
      attachments.add(chat(), [fromText(text, new Date())], { text, ...quoteOf() })
      box.quoteMessage(undefined)
    })

  function addFiles(files: readonly File[]): void {
    if (files.length === 0) return
    const { pictures, files: others } = on()
    if (!pictures && !others) {
      note.value = { text: t('composer.noFiles') }
      return
    }
    note.value = undefined
    if (preview.value) {
      preview.value = { ...preview.value, files: [...preview.value.files, ...files] }
      return
    }
    ownCaption.value = ''
    // A text in the box is said about the picture, most likely, and what is said there is kept like it; a caption has one line.
    const withText = !box.text.value.includes('\n')
    preview.value = { chat: chat(), files, withText }
  }

  const caption = computed({
    get: () => (preview.value?.withText ? box.text.value : ownCaption.value),
    set: (text) => {
      if (preview.value?.withText) box.write(text)
      else ownCaption.value = text
    },
  })

  const captionError = computed(() => {
    const room = roomLeft(toWire(caption.value, box.mentions.value), limit.value) ?? 0
    return room < 0 ? tooLong() : undefined
  })

  function sendFiles({ items, caption: words, original }: Chosen): void {
    const shown = preview.value
    if (!shown) return
    const said = toWire(words, box.mentions.value)
    const files = items.map((item) => fromPrepared(item, original))
    attachments.add(shown.chat, files, { caption: said, ...quoteOf() })
    if (shown.withText) box.clear()
    else box.quoteMessage(undefined)
    preview.value = undefined
    sent()
  }

  function sendRecording(recording: Recording): void {
    attachments.add(chat(), [fromRecording(recording)], quoteOf())
    box.quoteMessage(undefined)
    sent()
  }

  const limits = computed(() => ({
    imageBytes: bytesOf(attachments.megabytesMax('image')),
    fileBytes: bytesOf(attachments.megabytesMax('file')),
  }))

  return {
    ...{ note, preview, caption, captionError, limit, left, isEmpty, limits },
    ...{ submit, offerFile, addFiles, sendFiles, sendRecording },
  }
}

/** 0: the site has not told. */
const bytesOf = (megabytes: number): number =>
  megabytes === 0 ? Number.POSITIVE_INFINITY : megabytes * 1024 * 1024
