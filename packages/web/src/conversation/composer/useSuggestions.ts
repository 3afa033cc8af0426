import type { Chat } from '@parley/client'
import { computed, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { loadMatcher, matchText } from '@/people/matching.ts'
import { useMe } from '@/stores/me.ts'
import { useReplies } from '@/stores/replies.ts'
import { mentionQuery, shownName } from './mentions.ts'
import { matchingReplies, slashQuery } from './slash.ts'
import type { Suggestion } from './suggestion.ts'
import type { useBox } from './useBox.ts'
import type { useEditing } from './useEditing.ts'
import { useMentionSearch } from './useMentionSearch.ts'

/** What the box offers while somebody writes: people behind an `@`, the member's quick replies behind a `/`. */
export function useSuggestions(
  chat: () => Chat,
  box: ReturnType<typeof useBox>,
  editing: ReturnType<typeof useEditing>,
  isFocused: () => boolean,
) {
  const { t } = useI18n()
  const me = useMe()
  const replies = useReplies()
  const matcher = shallowRef(matchText)
  /** All quick replies were asked for by the button, whatever the text is. */
  const isAsked = ref(false)
  /** Where the offer stood that was closed with Esc. */
  const closedAt = ref<number>()
  const marked = ref(0)

  const mention = computed(() =>
    chat().type === 'group' && isFocused() ? mentionQuery(box.text.value, editing.caret.value) : undefined,
  )
  const slash = computed(() =>
    me.isMember && isFocused() ? slashQuery(box.text.value, editing.caret.value) : undefined,
  )
  const place = computed(() => mention.value?.from ?? (slash.value === undefined ? undefined : -1))
  watch(place, (now) => {
    if (now !== closedAt.value) closedAt.value = undefined
  })
  const isOpen = computed(() => closedAt.value === undefined || place.value !== closedAt.value)

  const people = useMentionSearch(
    () => (chat().type === 'group' ? chat().id : undefined),
    () => (isOpen.value && !isAsked.value ? mention.value?.query : undefined),
  )
  const repliesQuery = computed(() => (isAsked.value ? '' : isOpen.value ? slash.value : undefined))
  watch(repliesQuery, (now, before) => {
    // Without them nothing is offered, and the text stays a text.
    if (now === undefined || before !== undefined) return
    void replies.ensure().catch(() => {})
    void loadMatcher().then((loaded) => {
      matcher.value = loaded
    })
  })
  const texts = computed((): readonly Suggestion[] =>
    repliesQuery.value === undefined
      ? []
      : matchingReplies(replies.quick, repliesQuery.value, matcher.value).map(({ id, title, content }) => ({
          ...{ key: `r${id}`, title, detail: content.replace(/\s+/g, ' '), value: content },
        })),
  )

  const kind = computed(() => (repliesQuery.value === undefined ? 'people' : 'replies'))
  const items = computed(() => (kind.value === 'people' ? people.value : texts.value))
  /** The member has no quick replies, and looks for them. */
  const isEmpty = computed(() => repliesQuery.value === '' && replies.loaded && replies.quick.length === 0)
  const label = computed(() => t(kind.value === 'people' ? 'composer.people' : 'composer.replies'))

  const query = computed(() => mention.value?.query ?? repliesQuery.value)
  watch([items, place, query], ([now, ...asked], [before, ...askedBefore]) => {
    // The same question may be answered better when more is known: what was marked stays so.
    const isSame = asked.every((part, at) => part === askedBefore[at])
    const key = isSame ? before[marked.value]?.key : undefined
    marked.value = Math.max(
      0,
      now.findIndex((item) => item.key === key),
    )
  })
  watch(box.text, () => {
    isAsked.value = false
  })
  watch(isFocused, (now) => {
    if (!now) isAsked.value = false
  })

  function close(): void {
    isAsked.value = false
    closedAt.value = place.value
  }

  function pick({ value }: Suggestion): void {
    const { caret, put, insert } = editing
    if (typeof value === 'string') {
      if (slash.value === undefined || isAsked.value) insert(value)
      else put(0, caret.value, value)
    } else if (mention.value) {
      const { from } = mention.value
      const name = shownName(value.name)
      box.address({ uid: value.uid, name }, box.text.value.slice(0, from))
      put(from, caret.value, `@${name} `)
    }
    close()
  }

  /** @returns whether the key was meant for the list */
  function onKey({ key, shiftKey }: KeyboardEvent): boolean {
    const count = items.value.length
    if (key === 'Escape' && (count > 0 || isEmpty.value)) {
      close()
      return true
    }
    if (count === 0) return false
    const item = items.value[marked.value]
    if (key === 'ArrowDown') marked.value = (marked.value + 1) % count
    else if (key === 'ArrowUp') marked.value = (marked.value + count - 1) % count
    else if ((key === 'Enter' || key === 'Tab') && !shiftKey && item) pick(item)
    else return false
    return true
  }

  const askReplies = (): void => {
    isAsked.value = !isAsked.value
  }

  return { items, marked, label, kind, isEmpty, onKey, pick, close, askReplies }
}
