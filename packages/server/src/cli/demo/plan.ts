import { awakeAt, DAY_MS, MINUTE_MS } from './calendar.ts'
import { CLUBS, type Club, type Hours, PAIRS } from './clubs.ts'
import { nicknameOf } from './people.ts'
import type { Random } from './random.ts'
import { readScenes, type Saying, type Scene, type SceneLine } from './scenes.ts'
import { slotFiller } from './vocabulary.ts'

/** Where people talk: in a club, or two of them alone. */
export type Chat =
  | { readonly kind: 'group'; readonly club: Club }
  | { readonly kind: 'friend'; readonly pair: readonly [string, string] }

/** A message that will be sent. Texts may hold `{@username}`: somebody who is addressed. */
export interface PlannedLine {
  /** ms since the epoch. */
  readonly at: number
  readonly chat: Chat
  /** Username. */
  readonly from: string
  readonly saying: Saying
  readonly quotes?: PlannedLine
  readonly fate?: 'revoked' | 'deleted'
}

/** The first messages are this old at most. */
const SPAN_DAYS = 32
/** Between two messages of a scene. */
const PAUSE_MS = { min: 4_000, max: 55_000, thinking: 5 * MINUTE_MS } as const
/** How many chats had their last message within the last hour. */
const FRESH_CHATS = 9

/** A scene with its people, ready to be played at any time. */
interface CastScene {
  readonly scene: Scene
  readonly cast: ReadonlyMap<string, string>
  readonly fill: (text: string) => string
}

const languageOf = (topic: string): string => (topic.endsWith('.zh') ? 'zh' : 'en')

function castOf(
  { roles }: Scene,
  { members: everybody, casting, silent = [] }: Club,
  random: Random,
): Map<string, string> {
  const members = everybody.filter((username) => !silent.includes(username))
  const order =
    casting === 'fixed'
      ? members
      : casting === 'owner'
        ? [members[0]!, ...random.shuffled(members.slice(1))]
        : random.shuffled(members)
  return new Map(roles.map((role, index) => [role, order[index % order.length]!]))
}

/** What a line says with names and slots filled in. */
function fillSaying(saying: Saying, { cast, fill }: CastScene): Saying {
  const text = (raw: string): string =>
    fill(raw)
      .replace(/\{@([A-F])\}/g, (_, role: string) => `{@${cast.get(role)}}`)
      .replace(/\{([A-F])\}/g, (_, role: string) => nicknameOf(cast.get(role)!))
  switch (saying.kind) {
    case 'text':
      return { kind: 'text', text: text(saying.text) }
    case 'file':
      return { kind: 'file', name: text(saying.name) }
    case 'link':
      return { kind: 'link', label: text(saying.label), url: fill(saying.url) }
    default:
      return saying
  }
}

/** The lines of a scene that ends at a given time. */
function play(cast: CastScene, chat: Chat, end: number, random: Random): PlannedLine[] {
  const { lines } = cast.scene
  const pauses = lines.map(() =>
    random.next() < 0.08
      ? random.between(PAUSE_MS.max, PAUSE_MS.thinking)
      : random.between(PAUSE_MS.min, PAUSE_MS.max),
  )
  let at = end - pauses.reduce((sum, pause) => sum + pause, 0)
  const planned: PlannedLine[] = []
  for (const [index, line] of lines.entries()) {
    at += pauses[index]!
    planned.push({
      at: Math.floor(at),
      chat,
      from: cast.cast.get(line.role)!,
      saying: fillSaying(line.saying, cast),
      ...quoteOf(line, planned),
      ...(line.fate === undefined ? {} : { fate: line.fate }),
    })
  }
  return planned
}

function quoteOf({ quotes }: SceneLine, before: readonly PlannedLine[]): { quotes?: PlannedLine } {
  const quoted = before.at(-1)
  return quotes && quoted && quoted.fate === undefined ? { quotes: quoted } : {}
}

/** Lays the scenes of a chat out over the last weeks, the last of them ending `recencyMs` ago. */
function schedule(
  scenes: readonly CastScene[],
  chat: Chat,
  { hours, now, recencyMs }: { hours: Hours; now: number; recencyMs: number },
  random: Random,
): PlannedLine[] {
  const planned: PlannedLine[] = []
  const gap = (SPAN_DAYS * DAY_MS) / (scenes.length + 1)
  let end = now - recencyMs
  for (const [index, scene] of scenes.toReversed().entries()) {
    const isFresh = index === 0 && recencyMs < 60 * MINUTE_MS
    const lines = play(scene, chat, isFresh ? end : awakeAt(end, hours, random), random)
    planned.unshift(...lines)
    end = lines[0]!.at - gap * random.between(0.45, 0.95) - 10 * MINUTE_MS
  }
  return planned
}

/** All scenes of all topics that are played. */
async function readTopics(): Promise<Map<string, Scene[]>> {
  const topics = new Set([...CLUBS.map(({ topic }) => topic), ...PAIRS.map(([topic]) => topic)])
  return new Map(
    await Promise.all([...topics].map(async (topic) => [topic, await readScenes(topic)] as const)),
  )
}

const recency = (index: number, random: Random): number =>
  index < FRESH_CHATS ? random.int(2, 55) * MINUTE_MS : random.int(70, 4 * 24 * 60) * MINUTE_MS

function planClubs(topics: ReadonlyMap<string, Scene[]>, now: number, random: Random): PlannedLine[] {
  return CLUBS.flatMap((club, index) => {
    const pool = topics.get(club.topic)!
    const scenes = Array.from({ length: club.rounds }, () => random.shuffled(pool)).flat()
    const cast = scenes.map((scene) => ({
      scene,
      cast: castOf(scene, club, random),
      fill: slotFiller(languageOf(club.topic), random),
    }))
    // Every third group is one in which something was just said.
    const recencyMs = recency(index % 3 === 0 ? 0 : FRESH_CHATS, random)
    return schedule(cast, { kind: 'group', club }, { hours: club.hours, now, recencyMs }, random)
  })
}

/** A private chat and the scenes that are still unplayed in it. */
interface OpenChat {
  readonly topic: string
  readonly pair: readonly [string, string]
  readonly unplayed: Scene[]
  readonly scenes: CastScene[]
}

function castPair({ topic, pair }: OpenChat, scene: Scene, random: Random): CastScene {
  const [a, b] = random.next() < 0.5 ? pair : ([pair[1], pair[0]] as const)
  const cast = new Map([
    ['A', a],
    ['B', b],
  ])
  return { scene, cast, fill: slotFiller(languageOf(topic), random) }
}

/** The private chats, with exactly so many lines in all. */
function planPairs(
  topics: ReadonlyMap<string, Scene[]>,
  budget: number,
  now: number,
  random: Random,
): PlannedLine[] {
  const chats: OpenChat[] = PAIRS.flatMap(([topic, who, others]) =>
    others.map((other) => ({
      topic,
      pair: [who, other] as const,
      unplayed: random.shuffled(topics.get(topic)!),
      scenes: [],
    })),
  )
  let left = budget
  while (left > 0) {
    const open = chats.filter(({ unplayed }) => unplayed.length > 0)
    if (open.length === 0) throw new RangeError('there are not enough scenes')
    for (const chat of open) {
      if (left === 0) break
      const scene = chat.unplayed.pop()!
      const lines = scene.lines.slice(0, left)
      chat.scenes.push(castPair(chat, { ...scene, lines }, random))
      left -= lines.length
    }
  }
  const order = random.shuffled(chats.filter(({ scenes }) => scenes.length > 0))
  return order.flatMap(({ pair, scenes }, index) =>
    schedule(
      scenes,
      { kind: 'friend', pair },
      { hours: 'awake', now, recencyMs: recency(index, random) },
      random,
    ),
  )
}

/**
 * Everything that people will have said, in order.
 * @param count how many messages there are to be
 */
export async function planTalk(count: number, now: number, random: Random): Promise<PlannedLine[]> {
  const topics = await readTopics()
  const inClubs = planClubs(topics, now, random)
  const inPairs = planPairs(topics, count - inClubs.length, now, random)
  return [...inClubs, ...inPairs].sort((one, other) => one.at - other.at)
}
