import chats from './chats.ts'
import composer from './composer.ts'
import contacts from './contacts.ts'
import content from './content.ts'
import conversation from './conversation.ts'
import crop from './crop.ts'
import desk from './desk.ts'
import emoji from './emoji.ts'
import errors from './errors.ts'
import groups from './groups.ts'
import me from './me.ts'
import people from './people.ts'
import pictures from './pictures.ts'
import qr from './qr.ts'
import shell from './shell.ts'
import signin from './signin.ts'
import ui from './ui.ts'
import viewer from './viewer.ts'
import voice from './voice.ts'

/** Every text in English, by area. Fetched where English is wanted. */
export default {
  chats,
  composer,
  contacts,
  content,
  conversation,
  crop,
  desk,
  emoji,
  errors,
  groups,
  me,
  people,
  pictures,
  qr,
  shell,
  signin,
  ui,
  viewer,
  voice,
} as const
