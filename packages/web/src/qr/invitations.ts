/** The settings of a site that invitations into groups hang on. */
interface Settings {
  isOn(name: 'group_chat' | 'qrcode_group' | 'qrcode_scan'): boolean
  text(name: 'group_join'): string
}

/** Whether the code or link of a group leads into it, as the server sees it (`group/join`). */
export const takesInvitations = (site: Settings): boolean =>
  site.isOn('group_chat') &&
  site.isOn('qrcode_group') &&
  (site.text('group_join') === 'open' || site.isOn('qrcode_scan'))
