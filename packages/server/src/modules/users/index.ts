export { type Account, isSubUserPair, type NewAccount, pictureOf } from './account.ts'
export { batched } from './batched.ts'
export { type ProfileRules, userOperations } from './operations.ts'
export { type AccountPatch, Users } from './users.ts'
