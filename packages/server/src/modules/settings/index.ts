export { settingsOperations } from './operations.ts'
export { type NumberName, Settings, type SwitchName } from './settings.ts'
