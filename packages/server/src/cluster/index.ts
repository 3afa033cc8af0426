export { type Bus, LocalBus } from './bus.ts'
export { type Cluster, LocalCluster } from './cluster.ts'
export type { Limiter, LimiterOptions } from './limiter.ts'
export { MemoryOneTimeStore, type OneTimeStore } from './one-time-store.ts'
