export { type Account, isSubUserPair, pictureOf } from './account.ts'
export { batched } from './batched.ts'
export { type ProfileRules, userOperations } from './operations.ts'
export { Users } from './users.ts'
