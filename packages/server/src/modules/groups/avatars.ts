import { LRUCache } from 'lru-cache'
import { WorkGate } from '../../media/gate.ts'
import { composeGroupAvatar, type FileStore, type GroupFace, isUploadPath } from '../../media/index.ts'
import type { BinaryBody } from '../../operation.ts'
import type { Account, Users } from '../users/index.ts'
import { COMPOSED_MEMBERS_MAX } from './addresses.ts'

const CACHE_BYTES_MAX = 16 * 1024 * 1024
/** A profile picture of 150×150 has some 10 KB; whoever uses a poster instead is drawn as a figure. */
const PICTURE_BYTES_MAX = 2 * 1024 * 1024
/** Pictures of groups that may wait. They come one by one, so that a flood of them leaves room for uploads. */
const WAITING_MAX = 50

/** The path of a picture that this site made, in an address with or without a host. */
const OWN_PICTURE = /^(?:(?:https?:)?\/\/[^/]+)?(\/upload\/(?:avatars|images)\/.+)$/

interface Dependencies {
  users: Users
  files: FileStore
}

/**
 * The pictures of groups, composed of their members' and kept in memory until one of those changes. Addresses of other
 * sites are never fetched: such a member is drawn as a figure.
 */
export class GroupAvatars {
  readonly #users: Users
  readonly #files: FileStore
  readonly #gate = new WorkGate(1, WAITING_MAX)
  readonly #drawn: LRUCache<string, Uint8Array<ArrayBuffer>, readonly GroupFaceSource[]>

  constructor({ users, files }: Dependencies) {
    this.#users = users
    this.#files = files
    this.#drawn = new LRUCache({
      maxSize: CACHE_BYTES_MAX,
      sizeCalculation: (picture) => picture.length,
      // Requests for a picture that is being drawn wait for it.
      fetchMethod: (_key, _stale, { context }) => this.#gate.run(() => this.#compose(context)),
    })
  }

  /**
   * The picture for these uids; the first nine count. Uids that nobody has are drawn as figures.
   * @throws AppError unavailable when too many pictures wait, or the store of files does not answer
   */
  async draw(uids: readonly number[]): Promise<BinaryBody> {
    const shown = uids.slice(0, COMPOSED_MEMBERS_MAX)
    const accounts = await this.#users.findMany(shown)
    const sources = shown.map((uid) => ({ uid, path: ownPicture(accounts.get(uid)) }))
    const key = sources.map(({ uid, path = '' }) => `${uid} ${path}`).join('\n')
    return { type: 'image/png', body: await this.#drawn.forceFetch(key, { context: sources }) }
  }

  async #compose(sources: readonly GroupFaceSource[]): Promise<Uint8Array<ArrayBuffer>> {
    const faces: GroupFace[] = await Promise.all(
      sources.map(async ({ uid, path }) => ({ uid, picture: path && (await this.#read(path)) })),
    )
    return composeGroupAvatar(faces)
  }

  async #read(path: string): Promise<Uint8Array | undefined> {
    const stored = await this.#files.open(path)
    if (!stored || stored.size > PICTURE_BYTES_MAX) return undefined
    return new Response(await stored.body()).bytes()
  }
}

/** A member in a group's picture, and where this site keeps their own. */
interface GroupFaceSource {
  uid: number
  path: string | undefined
}

/**
 * Where this site keeps an account's picture. Only what was made by the upload of pictures counts: other files are
 * whatever people sent, and must not be decoded.
 */
function ownPicture(account: Account | undefined): string | undefined {
  const path = account && OWN_PICTURE.exec(account.avatar)?.[1]
  return path && isUploadPath(path) ? path : undefined
}
