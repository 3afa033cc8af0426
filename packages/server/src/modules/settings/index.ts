export { settingsOperations } from './operations.ts'
export { type NumberName, Settings, type SettingValues, type SwitchName } from './settings.ts'
