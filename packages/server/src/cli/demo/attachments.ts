import { fileContent, imageContent, linkText, personLink, voiceContent } from '@parley/contract'
import { writePaper } from './papers.ts'
import { nicknameOf } from './people.ts'
import { drawPicture } from './pictures/index.ts'
import type { Random } from './random.ts'
import type { Saying } from './scenes.ts'
import { speak } from './sounds.ts'
import type { Stage } from './stage.ts'

/** How many different pictures there are of one subject. */
const PICTURES_PER_SUBJECT = 3

interface Uploaded {
  src: string
  name: string
  size: string
}

/** The path of an upload's address: it is right under whatever host the site is reached. */
export const pathOf = (src: string): string => src.replace(/^(?:https?:)?\/\/[^/]+/, '')

/** Turns what somebody says into a message's text, uploading what belongs to it. */
export class Attachments {
  readonly #uploads = new Map<string, Promise<Uploaded>>()

  constructor(
    private readonly stage: Stage,
    private readonly random: Random,
  ) {}

  /**
   * @param uid who says it
   * @param uidOf the uid behind a username
   */
  async contentOf(saying: Saying, uid: number, uidOf: (username: string) => number): Promise<string> {
    switch (saying.kind) {
      case 'text':
        return saying.text.replace(/\{@(\w+)\}/g, (_, username: string) =>
          personLink(uidOf(username), `@${nicknameOf(username)}`),
        )
      case 'link':
        return linkText(saying.label, saying.url)
      case 'image': {
        const key = `${saying.subject}-${this.random.int(1, PICTURES_PER_SUBJECT)}`
        const make = () => drawPicture(saying.subject, this.random)
        return imageContent(pathOf((await this.#upload('upload/img', `${key}.jpg`, uid, make)).src))
      }
      case 'voice': {
        const name = `voice_recording_${saying.seconds}.wav`
        const make = async () => speak(saying.seconds, this.random)
        return voiceContent(pathOf((await this.#upload('upload/file', name, uid, make)).src))
      }
      case 'file': {
        const make = async () => writePaper(saying.name)
        const { src, size } = await this.#upload('upload/file', saying.name, uid, make)
        return fileContent(saying.name, size, pathOf(src))
      }
    }
  }

  /** Each file is stored once, however often it is sent. */
  #upload(path: string, name: string, uid: number, make: () => Promise<Buffer>): Promise<Uploaded> {
    const known = this.#uploads.get(name)
    if (known) return known
    const uploaded = make().then((bytes) =>
      this.stage.call<Uploaded>(path, uid, {}, new File([new Uint8Array(bytes)], name)),
    )
    this.#uploads.set(name, uploaded)
    return uploaded
  }
}
