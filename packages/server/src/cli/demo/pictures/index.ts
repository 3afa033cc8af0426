import sharp from 'sharp'
import type { Random } from '../random.ts'
import type { Draw } from './drawing.ts'
import { LANDSCAPES } from './landscapes.ts'
import { OBJECTS } from './objects.ts'
import { PAPERS } from './papers.ts'
import { type Looks, portrait } from './portraits.ts'

const SUBJECTS: Readonly<Record<string, Draw>> = { ...LANDSCAPES, ...OBJECTS, ...PAPERS }
const QUALITY = 82

const toJpeg = (svg: string): Promise<Buffer> => sharp(Buffer.from(svg)).jpeg({ quality: QUALITY }).toBuffer()

/** A JPEG of one of the subjects that scenes ask for (`mountain`, `cat` …). */
export function drawPicture(subject: string, random: Random): Promise<Buffer> {
  const draw = SUBJECTS[subject]
  if (!draw) throw new RangeError(`nobody can draw: ${subject}`)
  return toJpeg(draw(random))
}

/** A JPEG of a face. */
export const drawPortrait = (looks: Looks, random: Random): Promise<Buffer> => toJpeg(portrait(looks, random))
