export { Friends } from './friends.ts'
export { friendOperations } from './operations.ts'
export { Profiles } from './profiles.ts'
export { FriendRequests } from './requests.ts'
