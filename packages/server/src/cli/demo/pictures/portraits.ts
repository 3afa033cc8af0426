import type { Random } from '../random.ts'

const SIDE = 300
/** Skin and hair as they go together on this site: the first for people with a Chinese name. */
const LOOKS = {
  dark: { skin: ['#f3cfae', '#f0c8a4', '#e8b98f'], hair: ['#221d1c', '#2c2422', '#3b2a22'] },
  any: {
    skin: ['#f7dcc4', '#e8b98f', '#c98e64', '#8f5f41'],
    hair: ['#221d1c', '#6b4429', '#b98b4b', '#9a5a33'],
  },
} as const
const CLOTHES = ['#3a6ea5', '#c0574a', '#4f8a6b', '#8a63a8', '#d39a3a', '#4a5563']
const GROUND = ['#dbe8f4', '#f6e3d7', '#e2efdc', '#efe2f1', '#f7efcf', '#dfe5ea']

/** How a face is to look. */
export interface Looks {
  readonly hair: 'long' | 'short'
  readonly colors: keyof typeof LOOKS
}

/** A face as SVG: nobody's in particular. */
export function portrait({ hair: length, colors }: Looks, random: Random): string {
  const skin = random.pick(LOOKS[colors].skin)
  const hair = random.pick(LOOKS[colors].hair)
  const isLong = length === 'long'
  const glasses =
    random.next() < 0.3
      ? '<g fill="none" stroke="#333" stroke-width="5"><circle cx="122" cy="140" r="20"/><circle cx="178" cy="140" r="20"/><path d="M142 140h16"/></g>'
      : ''
  const backHair = isLong ? `<path d="M78 150Q70 60 150 58T222 150V232Q150 260 78 232Z" fill="${hair}"/>` : ''
  const fringe = isLong
    ? `<path d="M88 132Q96 62 150 62T212 132Q176 96 150 100T88 132Z" fill="${hair}"/>`
    : `<path d="M86 136Q84 60 150 58T214 136Q200 100 150 ${random.int(88, 104)}T86 136Z" fill="${hair}"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}" viewBox="0 0 ${SIDE} ${SIDE}">
<rect width="${SIDE}" height="${SIDE}" fill="${random.pick(GROUND)}"/>${backHair}
<path d="M40 300Q48 222 150 220T260 300Z" fill="${random.pick(CLOTHES)}"/>
<rect x="128" y="186" width="44" height="50" rx="20" fill="${skin}"/>
<ellipse cx="150" cy="142" rx="62" ry="70" fill="${skin}"/>${fringe}
<circle cx="124" cy="142" r="7" fill="#2a2524"/><circle cx="176" cy="142" r="7" fill="#2a2524"/>
<path d="M${random.int(122, 128)} 176q25 ${random.int(14, 24)} 50 0" fill="none" stroke="#9c4a3c" stroke-width="6" stroke-linecap="round"/>${glasses}</svg>`
}
