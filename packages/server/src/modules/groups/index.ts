export { createGroups } from './create.ts'
export type { Groups } from './groups.ts'
export { leads } from './rights.ts'
