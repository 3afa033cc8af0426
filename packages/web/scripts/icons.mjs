#!/usr/bin/env node
// Draws the pictures of the installed app from the mark: `node packages/web/scripts/icons.mjs`, after a change of it.
import { readFile, writeFile } from 'node:fs/promises'
import sharp from 'sharp'

const mark = await readFile(
  new URL('../../server/src/faces/pages/assets/favicon.svg', import.meta.url),
  'utf8',
)
/** To the edges, for systems that cut the corners themselves; what is said stays within the part that they all leave. */
const whole = mark.replace(/(<rect [^>]*) rx="\d+"/, '$1')
if (whole === mark) throw new Error('the mark no longer has a rounded ground')

const ICONS = [
  { name: 'icon-180', size: 180, svg: whole },
  { name: 'icon-192', size: 192, svg: mark },
  { name: 'icon-512', size: 512, svg: mark },
  { name: 'icon-maskable-512', size: 512, svg: whole },
]

for (const { name, size, svg } of ICONS) {
  const sized = svg.replace('<svg ', `<svg width="${size}" height="${size}" `)
  const png = await sharp(Buffer.from(sized)).png({ compressionLevel: 9, palette: true }).toBuffer()
  await writeFile(new URL(`../public/shell/${name}.png`, import.meta.url), png)
}
