import type { Socket } from './socket.ts'

/** What other parts may want to know of the hub; called at once, on the node where it happens. */
export interface HubObserver {
  channelOccupied?(channel: string): void
  channelVacated?(channel: string): void
  memberAdded?(channel: string, memberId: string, info: unknown): void
  memberRemoved?(channel: string, memberId: string): void
  /** The first socket of a user is here, or the first that listens as that user. */
  userOpened?(uid: number): void
  userClosed?(uid: number): void
  /** A channel that the socket asked for in vain may be open to its user now. */
  admitted?(socket: Socket, channel: string): void
  /** A frame of so many characters went out. */
  wrote?(characters: number): void
}
