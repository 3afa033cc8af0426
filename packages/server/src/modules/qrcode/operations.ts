import { AppError, qrcodeFriend, qrcodeGet, qrcodeGroup } from '@parley/contract'
import { implement, type Operation } from '../../operation.ts'
import type { Groups } from '../groups/index.ts'
import type { Settings } from '../settings/index.ts'
import type { Users } from '../users/index.ts'
import { drawQrCode } from './drawing.ts'
import type { Invites } from './invites.ts'
import { friendLink, groupLink, switchFor } from './links.ts'

/** The same content is always the same picture; it may hold an invitation, so no shared cache keeps it. */
const CACHE = 'private, max-age=86400'

interface Services {
  settings: Settings
  users: Users
  groups: Groups
  invites: Invites
}

/** The operations under `qrcode/`. */
export function qrcodeOperations({ settings, users, groups, invites }: Services): Operation[] {
  return [
    implement(qrcodeGet, async ({ actor }, { content }) => {
      const governing = switchFor(content, actor.origin)
      if (governing) settings.requireOn(governing)
      return { type: 'image/png', body: await drawQrCode(content), cache: CACHE }
    }),

    implement(qrcodeFriend, async ({ actor }) => {
      settings.requireOn('qrcode_friend')
      const { nid } = await users.requireActive(actor.uid)
      return { content: friendLink(actor.origin, nid), expires: 0 }
    }),

    implement(qrcodeGroup, async ({ actor }, { gid }) => {
      settings.requireOn('qrcode_group')
      await users.requireActive(actor.uid)
      await groups.requireOpen(gid)
      if (!(await groups.isMember(gid, actor.uid))) throw new AppError('not_member')
      const { token, expires } = invites.issue(gid, actor.uid)
      return { content: groupLink(actor.origin, gid, token), expires }
    }),
  ]
}
