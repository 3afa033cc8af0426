import { canvas, circle, type Draw, HEIGHT, rect, sky, stroke, WIDTH } from './drawing.ts'

/** A line of text as it looks from far away. */
const words = (x: number, y: number, width: number, color = '#c4cad2'): string =>
  rect(x, y, width, 14, color, 7)

const chart: Draw = (random) => {
  const bars = Array.from({ length: 12 }, (_, index) => {
    const height = 80 + index * 22 + random.int(-40, 60)
    return rect(110 + index * 64, 600 - height, 40, height, index > 8 ? '#2f7de1' : '#9cc3f2', 6)
  })
  const points = Array.from(
    { length: 12 },
    (_, index) => `${130 + index * 64} ${470 - index * 18 + random.int(-40, 40)}`,
  )
  return canvas(
    sky('#ffffff', '#ffffff'),
    words(110, 70, 260, '#4a5563'),
    ...[200, 300, 400, 500].map((y) => rect(110, y, 760, 2, '#eef1f5')),
    ...bars,
    stroke(`M${points.join(' L')}`, '#e2703a', 6),
    rect(110, 600, 760, 3, '#c4cad2'),
  )
}

const screen: Draw = (random) => {
  const accent = random.pick(['#2f7de1', '#1f9d72', '#8a5cd6'])
  const rows = Array.from({ length: 7 }, (_, index) => {
    const y = 120 + index * 82
    return (
      circle(90, y + 24, 26, random.pick(['#f2c9a1', '#b7d3f2', '#c9e6c2', '#e6c2dd'])) +
      words(134, y + 8, random.int(70, 140), '#5a6472') +
      words(134, y + 34, random.int(80, 150))
    )
  })
  const bubbles = Array.from({ length: 6 }, (_, index) => {
    const width = random.int(180, 380)
    const isMine = index % 2 === 1
    return rect(isMine ? 900 - width : 370, 120 + index * 88, width, 62, isMine ? accent : '#ffffff', 18)
  })
  return canvas(
    sky('#f3f5f8', '#f3f5f8'),
    rect(0, 0, WIDTH, 80, '#ffffff'),
    words(40, 34, 150, '#4a5563'),
    rect(0, 80, 330, HEIGHT - 80, '#ffffff'),
    ...rows,
    ...bubbles,
    rect(360, 660, 560, 44, '#ffffff', 22),
  )
}

const phone: Draw = (random) =>
  canvas(
    sky('#dfe5ec', '#c4ceda'),
    rect(310, 30, 340, 660, '#20242b', 48),
    rect(326, 46, 308, 628, '#ffffff', 36),
    words(360, 90, 120, '#4a5563'),
    rect(360, 150, 240, 170, random.pick(['#b7d3f2', '#f2d3b7', '#cfe8d2']), 16),
    rect(360, 350, 240, 8, '#e4e8ee', 4),
    rect(360, 350, random.int(60, 200), 8, '#2f7de1', 4),
    circle(480, 470, 40, '#fbe3e1'),
    stroke('M480 448 v26 M480 488 v2', '#d64537', 9),
    words(390, 540, 180),
    rect(390, 590, 180, 44, '#2f7de1', 22),
  )

const notice: Draw = (random) =>
  canvas(
    sky('#b7a58d', '#9c8a72'),
    `<g transform="rotate(${random.int(-4, 4)} 480 360)">${rect(230, 60, 500, 600, '#fffdf6', 4)}${words(370, 120, 220, '#c0392b')}${Array.from(
      { length: 9 },
      (_, index) => words(290, 200 + index * 38, index === 8 ? 180 : random.int(300, 380), '#7c7f86'),
    ).join('')}${circle(600, 570, 56, '#c0392b', 0.35)}</g>`,
  )

const whiteboard: Draw = (random) => {
  const ink = ['#2b5fb3', '#b3392b', '#2f7d4f', '#333333']
  const lines = Array.from({ length: 7 }, (_, index) => {
    const y = 160 + index * 68
    return stroke(
      `M${random.int(110, 160)} ${y} q60 ${random.int(-24, 24)} 120 0 t120 0 t${random.int(60, 220)} 0`,
      random.pick(ink),
      7,
    )
  })
  return canvas(
    sky('#9aa3ad', '#87909a'),
    rect(60, 70, 840, 580, '#c9ced4', 10),
    rect(76, 86, 808, 548, '#fbfcfd', 6),
    ...lines,
    stroke('M620 200 h180 v120 h-180Z M710 320 v70 M640 390 h140 v90 h-140Z', random.pick(ink), 7),
  )
}

const room: Draw = (random) =>
  canvas(
    sky('#f3ede3', '#e6dccb'),
    rect(0, 540, WIDTH, 180, '#b98d63'),
    rect(120, 110, 330, 270, '#ffffff', 6),
    rect(136, 126, 142, 238, '#a9d5f0'),
    rect(292, 126, 142, 238, '#bfe0f3'),
    rect(500, 420, 400, 170, random.pick(['#5f7f9c', '#7a8f6a', '#a8695a']), 28),
    rect(480, 380, 440, 110, random.pick(['#6f8fac', '#8a9f7a']), 28),
    circle(680, 200, 60, '#fff2c9'),
    stroke('M680 0 V140', '#8d8577', 6),
    rect(120, 480, 90, 110, '#8d5f3c', 6),
    ...Array.from({ length: 6 }, () =>
      stroke(`M165 480 q${random.int(-70, 70)} -60 ${random.int(-90, 90)} -130`, '#4f8a55', 14),
    ),
  )

export const PAPERS = { chart, screen, phone, notice, whiteboard, room } satisfies Record<string, Draw>
