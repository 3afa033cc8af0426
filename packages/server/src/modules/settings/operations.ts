import { popGetSetting } from '@parley/contract'
import { implement, type Operation } from '../../operation.ts'
import type { Settings } from './settings.ts'

/** `pop/getsetting`: the public settings, for everybody. */
export function settingsOperations({ settings }: { settings: Settings }): Operation[] {
  return [implement(popGetSetting, ({ actor }) => settings.public(actor.origin))]
}
