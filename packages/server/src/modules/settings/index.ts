export { settingsOperations } from './operations.ts'
export { type NumberName, Settings } from './settings.ts'
