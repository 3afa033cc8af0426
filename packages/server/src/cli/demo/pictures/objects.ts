import { canvas, circle, type Draw, HEIGHT, path, rect, sky, stroke, WIDTH } from './drawing.ts'

const cat: Draw = (random) => {
  const fur = random.pick(['#e39a4b', '#6b6460', '#efe3d0', '#3b3a3d'])
  const eyes = random.pick(['#7fae4f', '#d8a93a', '#6fa9c9'])
  const whiskers = [-1, 1].map((side) =>
    stroke(
      `M${480 + side * 60} 450 l${side * 150} -20 M${480 + side * 60} 465 l${side * 150} 10`,
      '#fffaf2',
      5,
    ),
  )
  return canvas(
    sky('#efe4d6', '#d9c6ae'),
    path('M200 720 Q220 560 480 560 T760 720Z', fur),
    path('M300 330 L270 150 L420 250Z M660 330 L690 150 L540 250Z', fur),
    circle(480, 400, 200, fur),
    ...[410, 550].map(
      (x) => circle(x, 370, 36, eyes) + path(`M${x} 338 q14 32 0 64 q-14 -32 0 -64`, '#1d1a1a'),
    ),
    path('M458 432 h44 l-22 24Z', '#d9828a'),
    stroke('M480 456 q-30 40 -60 14 M480 456 q30 40 60 14', '#4a3a36', 6),
    ...whiskers,
  )
}

const flowers: Draw = (random) => {
  const blossoms = Array.from({ length: 11 }, () => {
    const x = random.int(180, 780)
    const y = random.int(130, 430)
    const color = random.pick(['#e8607a', '#f3a6b8', '#f6c445', '#b48ad9', '#ffffff'])
    const petals = Array.from({ length: 6 }, (_, petal) => {
      const angle = (petal * Math.PI) / 3
      return circle(x + Math.cos(angle) * 34, y + Math.sin(angle) * 34, 28, color)
    })
    return (
      stroke(`M${x} ${y} Q${(x + 480) / 2} 520 480 620`, '#4f8a55', 7) +
      petals.join('') +
      circle(x, y, 20, '#f2b632')
    )
  })
  return canvas(sky('#f7efe8', '#e9d9cf'), ...blossoms, path('M380 560 h200 l-26 160 h-148Z', '#b98a66'))
}

const noodles: Draw = (random) => {
  const strands = Array.from({ length: 16 }, () => {
    const y = random.int(270, 430)
    return stroke(
      `M300 ${y} q90 ${random.int(-60, 60)} 180 0 t180 0`,
      random.pick(['#f0d596', '#e6c477']),
      13,
    )
  })
  const scallions = Array.from({ length: 22 }, () =>
    circle(random.int(320, 640), random.int(250, 440), 9, '#5ea34a'),
  )
  return canvas(
    sky('#a97850', '#8d5f3c'),
    circle(480, 360, 300, '#f4efe6'),
    circle(480, 350, 244, random.pick(['#b9442a', '#c8803a', '#d9b46a'])),
    ...strands,
    circle(590, 290, 62, '#ffffff'),
    circle(590, 290, 34, '#f3b43c'),
    ...scallions,
    stroke('M700 640 L560 330 M740 620 L590 320', '#5a3420', 16),
  )
}

const football: Draw = (random) => {
  const players = Array.from({ length: 10 }, (_, index) => {
    const x = random.int(90, 870)
    const y = random.int(300, 600)
    const shirt = index % 2 === 0 ? '#f5f5f5' : '#c0392b'
    return (
      circle(x, y - 48, 15, '#d9a77c') +
      rect(x - 16, y - 32, 32, 42, shirt, 8) +
      rect(x - 12, y + 8, 24, 30, '#22313f')
    )
  })
  const stripes = Array.from({ length: 6 }, (_, index) => rect(index * 160, 220, 80, 500, '#4f9a4b'))
  return canvas(
    sky('#a9d3ee', '#e3f1f8'),
    rect(0, 220, WIDTH, HEIGHT - 220, '#459142'),
    ...stripes,
    stroke('M0 480 H960 M480 220 V720', '#e9f5e6', 6),
    stroke('M360 220 v-110 h240 v110', '#ffffff', 9),
    ...players,
    circle(random.int(200, 760), random.int(330, 620), 14, '#ffffff'),
  )
}

const book: Draw = (random) => {
  const cover = random.pick(['#274c6b', '#7a3244', '#3f5f4a', '#c28a2e'])
  return canvas(
    sky('#d8c4a8', '#b89a76'),
    rect(300, 120, 370, 500, '#efe8da', 8),
    rect(286, 108, 370, 500, cover, 8),
    rect(286, 108, 34, 500, 'rgba(0,0,0,.18)', 8),
    circle(488, 300, random.int(60, 110), random.pick(['#f0d8a8', '#e7b7a3', '#cfe0e6'])),
    rect(380, 460, 220, 16, '#f4ecdc', 8),
    rect(420, 496, 140, 12, '#f4ecdc', 6),
  )
}

const shirts: Draw = (random) => {
  const shirt = (x: number, color: string) =>
    path(
      `M${x} 220 l70 -50 h100 l70 50 l50 110 l-60 30 l-20 -50 v270 h-180 v-270 l-20 50 l-60 -30Z`,
      color,
      'stroke="#00000022" stroke-width="4"',
    )
  return canvas(
    sky('#e9e4dc', '#cdc4b8'),
    shirt(120, '#fafafa'),
    shirt(560, random.pick(['#1f2d3d', '#a93226', '#1e6b4f'])),
  )
}

export const OBJECTS = { cat, flowers, noodles, football, book, shirts } satisfies Record<string, Draw>
