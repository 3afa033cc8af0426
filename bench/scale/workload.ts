/*
 * What people do in the busiest hour. Everything that the arithmetic and the simulation calculate follows from this and
 * from the measured figures; change it to what your people do.
 */
export interface Workload {
  /** Sockets of somebody who is online: phone, desktop, another tab. */
  readonly devices: number
  /** How long a socket lives, minutes: phones drop theirs when they are put away. */
  readonly sessionMinutes: number
  /** Messages that somebody who is online sends in a minute. */
  readonly messagesPerMinute: number
  /** Pages of a chat that they open in a minute. */
  readonly pagesPerMinute: number
  /** The part of the pages that marks something as read. */
  readonly markShare: number
  /** The part of those that is told: to the reader's other devices and to the other person of a chat. */
  readonly toldShare: number
  /** The part of the messages that goes to groups, and to groups of which size. The parts add up to 1. */
  readonly groupShare: number
  readonly groups: readonly { readonly members: number; readonly share: number }[]
  /** The part of anybody's friends, and of a group's members, that is online. */
  readonly onlineShare: number
  readonly friends: number
  /** A day's messages are those of this many busiest hours. */
  readonly busyHours: number
  /** The part of the messages that are pictures, and what one takes, KB. */
  readonly pictureShare: number
  readonly pictureKilobytes: number
}

export const WORKLOAD: Workload = {
  devices: 1.3,
  sessionMinutes: 30,
  messagesPerMinute: 0.5,
  pagesPerMinute: 1,
  markShare: 0.5,
  toldShare: 1,
  groupShare: 0.4,
  groups: [
    { members: 10, share: 0.6 },
    { members: 50, share: 0.3 },
    { members: 300, share: 0.09 },
    { members: 3000, share: 0.01 },
  ],
  onlineShare: 0.3,
  friends: 50,
  busyHours: 8,
  pictureShare: 0.05,
  pictureKilobytes: 300,
}

/** Something that sockets hear of, and how many of them. */
export interface Kind {
  readonly name: string
  /** How often in a second, on the whole site. */
  readonly perSecond: number
  /** Sockets on the whole site that hear it. */
  readonly sockets: number
}

/** What happens in a second on a site with so many users online. */
export interface Flows {
  readonly sockets: number
  readonly sends: number
  readonly pages: number
  /** Sockets that open; as many close. */
  readonly arrivals: number
  /** Messages by their audience. */
  readonly messages: readonly Kind[]
  /** Users who come and who go, told to their friends. */
  readonly states: Kind
  /** Read positions that are told. */
  readonly reads: Kind
}

export function flowsOf(users: number, workload: Workload): Flows {
  const { devices, sessionMinutes, messagesPerMinute, pagesPerMinute, groupShare, groups } = workload
  const { onlineShare, friends, markShare, toldShare } = workload
  const pages = (users * pagesPerMinute) / 60
  const sends = (users * messagesPerMinute) / 60
  const arrivals = (users * devices) / (sessionMinutes * 60)
  // The sender's own devices hear a message, too; the sender is online for certain, the receiver may be.
  const toFriend = {
    name: 'to a friend',
    perSecond: sends * (1 - groupShare),
    sockets: (1 + onlineShare) * devices,
  }
  const toGroups = groups.map(({ members, share }) => ({
    name: `to a group of ${members}`,
    perSecond: sends * groupShare * share,
    sockets: Math.max(1, members * onlineShare) * devices,
  }))
  return {
    sockets: users * devices,
    sends,
    pages,
    arrivals,
    messages: [toFriend, ...toGroups],
    // A user's first socket and the last one: about once for all the devices together.
    states: {
      name: 'a friend comes or goes',
      perSecond: (2 * arrivals) / devices,
      sockets: friends * onlineShare * devices,
    },
    reads: {
      name: 'a chat is read',
      perSecond: pages * markShare * toldShare,
      sockets: (1 + (1 - groupShare) * onlineShare) * devices,
    },
  }
}
