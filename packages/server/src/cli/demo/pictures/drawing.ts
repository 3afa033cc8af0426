import type { Random } from '../random.ts'

/** Pixels of every drawn picture. */
export const WIDTH = 960
export const HEIGHT = 720

/** Draws one kind of picture as SVG, a little different each time. */
export type Draw = (random: Random) => string

/** A whole picture around its parts. */
export const canvas = (...parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${parts.join('')}</svg>`

/** The whole area in colours that run from top to bottom. */
export function sky(...colors: readonly string[]): string {
  const stops = colors
    .map((color, index) => `<stop offset="${index / Math.max(1, colors.length - 1)}" stop-color="${color}"/>`)
    .join('')
  return `<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient></defs><rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>`
}

export const rect = (x: number, y: number, width: number, height: number, fill: string, radius = 0): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}" fill="${fill}"/>`

export const circle = (x: number, y: number, radius: number, fill: string, opacity = 1): string =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill}" opacity="${opacity}"/>`

export const path = (d: string, fill: string, more = ''): string => `<path d="${d}" fill="${fill}" ${more}/>`

export const stroke = (d: string, color: string, width: number): string =>
  `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`

/** A ridge from the left edge to the right one, filled down to the bottom. */
export function ridge(random: Random, top: number, roughness: number, fill: string, steps = 12): string {
  const points = Array.from({ length: steps + 1 }, (_, step) => {
    const y = top + random.between(-roughness, roughness)
    return `${round((step * WIDTH) / steps)},${round(y)}`
  })
  return `<polygon points="0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}" fill="${fill}"/>`
}

const round = (value: number): number => Math.round(value * 10) / 10
