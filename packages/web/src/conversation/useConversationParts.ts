import { useMe } from '@/stores/me.ts'
import type { Message } from '@/stores/message.ts'
import { usePeople } from '@/stores/people.ts'
import type { Conversation } from './context.ts'
import type { Opening } from './useOpening.ts'
import { usePictures } from './usePictures.ts'
import { useVoices } from './useVoices.ts'

type Given = Pick<
  Conversation,
  | 'selection'
  | 'highlighted'
  | 'rising'
  | 'mayQuote'
  | 'quote'
  | 'reedit'
  | 'jump'
  | 'mayShowPerson'
  | 'showPerson'
  | 'mention'
>

/** Everything that the rows of an open chat need. */
export function useConversationParts({ opening, ...given }: Given & { opening: Opening }): Conversation {
  const { timeline, key } = opening
  const [me, people] = [useMe(), usePeople()]
  const nameOf = ({ from, name }: Pick<Message, 'from' | 'name'>): string =>
    from === me.uid ? me.mine?.nickname || name : people.name(from, name)
  const openPicture = usePictures(timeline, nameOf)
  const voices = useVoices(timeline, () => me.uid)

  return { ...given, ...voices, chat: timeline.chat, key, timeline, nameOf, openPicture }
}
