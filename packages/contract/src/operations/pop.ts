import { z } from 'zod'
import { chatType, id, nothing } from '../fields.ts'
import { declare } from '../operation.ts'
import { ChatEntry, ChatSettings, ContactTree, GroupEntry, Mine, PublicSettings } from '../shapes.ts'

/** Everything a client needs to start: the user, address book, groups, chats and settings. */
export const popGet = declare({
  path: 'pop/get',
  method: 'GET',
  allow: 'user',
  tag: 'pop',
  summary: { zh: '获取当前登录用户的主页信息', en: 'Get everything for the start page' },
  input: z.object({}),
  output: z.object({
    mine: Mine,
    friend: ContactTree,
    group: z.array(GroupEntry),
    /** By `friend{uid}` or `group{gid}`. */
    chatting: z.record(z.string(), ChatEntry),
    setting: ChatSettings,
  }),
})

/** Hides a chat from the list until its next message. */
export const popDelChat = declare({
  path: 'pop/delchat',
  method: 'POST',
  allow: 'user',
  tag: 'pop',
  summary: { zh: '删除对话', en: 'Remove a chat from the list' },
  input: z.object({ id: id(), type: chatType() }),
  output: nothing(),
})

/** The public settings of the site. */
export const popGetSetting = declare({
  path: 'pop/getsetting',
  method: 'GET',
  allow: 'public',
  tag: 'pop',
  summary: { zh: '获取系统配置', en: 'Get the public settings' },
  input: z.object({}),
  output: PublicSettings,
})
