import { RESYNC_FRAME } from './frames.ts'
import type { Hub } from './hub.ts'

/** Clients that are told at once, and the pause before the next: they all come to read what they missed. */
const TOLD_AT_ONCE = 200
const PAUSE_MS = 50

/** Tells the clients of this node that they may have missed events. Resolves when the last was told. */
export async function tellToResync(hub: Pick<Hub, 'sockets' | 'draining'>): Promise<void> {
  let told = 0
  for (const socket of [...hub.sockets()]) {
    if (hub.draining) return
    if (!socket.data.open) continue
    socket.send(RESYNC_FRAME)
    if (++told % TOLD_AT_ONCE === 0) await Bun.sleep(PAUSE_MS)
  }
}
