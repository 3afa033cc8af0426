import type { Appended } from '../../storage/index.ts'
import type { Attachments } from './attachments.ts'
import type { Happening } from './happenings.ts'
import type { PlannedLine } from './plan.ts'
import type { Stage } from './stage.ts'
import type { Town } from './town.ts'

/** How long people take to notice that a message should not have been sent. */
const REGRET_MS = 20_000

interface Placed {
  readonly content: string
  readonly placed: Promise<Appended>
}

/** What will happen, in order: a message, something else, or the end of a message that was regretted. */
type Moment =
  | { readonly at: number; readonly line: PlannedLine }
  | { readonly at: number; readonly happening: Happening }
  | { readonly at: number; readonly regretted: PlannedLine }

/** Plays everything that was planned, in the order of time. */
export class Performance {
  readonly #placed = new Map<PlannedLine, Placed>()

  constructor(
    private readonly stage: Stage,
    private readonly town: Town,
    private readonly attachments: Attachments,
  ) {}

  /** @param onMoment called now and then with how much is done, from 0 to 1 */
  async play(
    lines: readonly PlannedLine[],
    happenings: readonly Happening[],
    onMoment: (done: number) => void,
  ): Promise<void> {
    const moments: Moment[] = [
      ...lines.map((line) => ({ at: line.at, line })),
      ...happenings.map((happening) => ({ at: happening.at, happening })),
      ...lines
        .filter(({ fate }) => fate !== undefined)
        .map((regretted) => ({ at: regretted.at + REGRET_MS, regretted })),
    ]
    moments.sort((one, other) => one.at - other.at)
    for (const [index, moment] of moments.entries()) {
      this.stage.now = moment.at
      if ('line' in moment) await this.#say(moment.line)
      else if ('happening' in moment) await moment.happening.run()
      else await this.#takeBack(moment.regretted)
      onMoment((index + 1) / moments.length)
    }
    await this.stage.settled()
  }

  async #say(line: PlannedLine): Promise<void> {
    const from = this.town.uidOf(line.from)
    const content = await this.attachments.contentOf(line.saying, from, this.town.uidOf)
    const quoted = line.quotes && this.#placed.get(line.quotes)
    const { placed } = await this.stage.append({
      conversationId: this.town.conversationOf(line.chat),
      from,
      content,
      subType: 'message',
      at: line.at,
      quoteMid: quoted ? (await quoted.placed).mid : 0,
      quoteContent: quoted?.content ?? '',
      uniqueId: null,
      auto: 0,
    })
    this.#placed.set(line, { content, placed })
  }

  async #takeBack(line: PlannedLine): Promise<void> {
    const { mid } = await this.#placed.get(line)!.placed
    const uid = this.town.uidOf(line.from)
    const { chat } = line
    const [type, id] =
      chat.kind === 'group'
        ? (['group', this.town.gidOf(chat.club.name)] as const)
        : (['friend', this.town.uidOf(chat.pair.find((username) => username !== line.from)!)] as const)
    const address = { type, id, mid }
    if (line.fate === 'deleted') await this.stage.call('message/delete', uid, { ...address, ty: 2 })
    else await this.stage.call('message/revoke', uid, address)
  }
}
