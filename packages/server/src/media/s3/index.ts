export { endpointOf } from './bucket.ts'
export { StoreError } from './failure.ts'
export { S3FileStore } from './store.ts'
