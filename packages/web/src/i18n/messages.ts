import zhDesk from './zh-CN/desk.ts'
import enDesk from './en/desk.ts'
import zhGroups from './zh-CN/groups.ts'
import enGroups from './en/groups.ts'
import enChats from './en/chats.ts'
import enContacts from './en/contacts.ts'
import enComposer from './en/composer.ts'
import enContent from './en/content.ts'
import enConversation from './en/conversation.ts'
import enCrop from './en/crop.ts'
import enEmoji from './en/emoji.ts'
import enErrors from './en/errors.ts'
import enMe from './en/me.ts'
import enPeople from './en/people.ts'
import enPictures from './en/pictures.ts'
import enQr from './en/qr.ts'
import enShell from './en/shell.ts'
import enSignin from './en/signin.ts'
import enUi from './en/ui.ts'
import enViewer from './en/viewer.ts'
import enVoice from './en/voice.ts'
import zhChats from './zh-CN/chats.ts'
import zhContacts from './zh-CN/contacts.ts'
import zhComposer from './zh-CN/composer.ts'
import zhContent from './zh-CN/content.ts'
import zhConversation from './zh-CN/conversation.ts'
import zhCrop from './zh-CN/crop.ts'
import zhEmoji from './zh-CN/emoji.ts'
import zhErrors from './zh-CN/errors.ts'
import zhMe from './zh-CN/me.ts'
import zhPeople from './zh-CN/people.ts'
import zhPictures from './zh-CN/pictures.ts'
import zhQr from './zh-CN/qr.ts'
import zhShell from './zh-CN/shell.ts'
import zhSignin from './zh-CN/signin.ts'
import zhUi from './zh-CN/ui.ts'
import zhViewer from './zh-CN/viewer.ts'
import zhVoice from './zh-CN/voice.ts'

/*
 * Every text that people read, by area. Both languages are in the first load: the part that is not needed weighs a few
 * kilobytes, and switching needs no network.
 */

export const messages = {
  'zh-CN': {
    composer: zhComposer,
    content: zhContent,
    conversation: zhConversation,
    emoji: zhEmoji,
    errors: zhErrors,
    desk: zhDesk,
    groups: zhGroups,
    crop: zhCrop,
    pictures: zhPictures,
    qr: zhQr,
    voice: zhVoice,
    shell: zhShell,
    people: zhPeople,
    contacts: zhContacts,
    chats: zhChats,
    me: zhMe,
    signin: zhSignin,
    ui: zhUi,
    viewer: zhViewer,
  },
  en: {
    composer: enComposer,
    content: enContent,
    conversation: enConversation,
    emoji: enEmoji,
    errors: enErrors,
    desk: enDesk,
    groups: enGroups,
    crop: enCrop,
    pictures: enPictures,
    qr: enQr,
    voice: enVoice,
    shell: enShell,
    people: enPeople,
    contacts: enContacts,
    chats: enChats,
    me: enMe,
    signin: enSignin,
    ui: enUi,
    viewer: enViewer,
  },
} as const
