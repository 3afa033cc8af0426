import type { Clock } from '../clock.ts'
import { CLOSE, type Limits, type Socket } from './socket.ts'

const WINDOW_MS = 10_000

/**
 * Counts what a socket makes the server do for nothing much: every frame but pings and calls that succeed (those have
 * the site's own limits). Whoever sends them without end takes the processor from everybody.
 */
export class Patience {
  constructor(
    private readonly clock: Clock,
    private readonly limits: Limits,
  ) {}

  /** Counts one. @returns false when it was one too many: the socket is closed (4100) */
  spend(socket: Socket): boolean {
    const { data } = socket
    const now = this.clock()
    if (now - data.wastingSince >= WINDOW_MS) {
      data.wastingSince = now
      data.wasted = 0
    }
    if (++data.wasted <= this.limits.wastedFramesMax) return true
    socket.close(CLOSE.tooSlow, 'Too many frames')
    return false
  }
}
