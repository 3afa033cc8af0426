import { canvas, circle, type Draw, HEIGHT, path, rect, ridge, sky, WIDTH } from './drawing.ts'

const mountain: Draw = (random) =>
  canvas(
    sky('#7db4e6', '#cfe5f5', '#f6efe2'),
    circle(random.int(150, 800), random.int(90, 170), 46, '#fff7d6'),
    ridge(random, 330, 90, '#8fa9c4'),
    ridge(random, 430, 70, '#5f7f9c'),
    path(`M0 470 Q240 ${random.int(420, 460)} 480 470 T960 460 V720 H0Z`, '#ffffff', 'opacity=".55"'),
    ridge(random, 560, 40, '#3f5f4c'),
    ridge(random, 650, 20, '#2c4637', 20),
  )

const sunset: Draw = (random) => {
  const x = random.int(300, 660)
  return canvas(
    sky('#2c2a5a', '#a5486f', '#f08a4b', '#fbd38a'),
    circle(x, 430, 130, '#ffd27a', 0.35),
    circle(x, 430, 74, '#ffe6a8'),
    ridge(random, 480, 50, '#5a3555'),
    ridge(random, 580, 30, '#3a2340'),
    ridge(random, 660, 14, '#22152b', 24),
  )
}

const sea: Draw = (random) => {
  const waves = Array.from({ length: 9 }, (_, index) => {
    const y = 410 + index * 36
    const swell = random.int(-14, 14)
    return path(
      `M0 ${y} q120 ${swell} 240 0 t240 0 t240 0 t240 0 v14 H0Z`,
      '#ffffff',
      `opacity="${0.08 + index * 0.03}"`,
    )
  })
  return canvas(
    sky('#9fd0ef', '#dff0f8'),
    circle(random.int(150, 800), 120, 50, '#fff3c4'),
    rect(0, 380, WIDTH, HEIGHT - 380, '#2f7fa6'),
    ...waves,
    path('M0 640 Q300 590 600 650 T960 640 V720 H0Z', '#ead9ae'),
    path(`M${random.int(300, 600)} 380 l0 -60 l46 56Z`, '#ffffff'),
  )
}

const forest: Draw = (random) => {
  const trees = Array.from({ length: 46 }, (_, index) => {
    const depth = Math.floor(index / 16)
    const x = random.int(-20, WIDTH)
    const height = random.int(150, 230) + depth * 60
    const foot = 470 + depth * 90
    const color = ['#7fa48a', '#4f7d5c', '#2f5a3f'][depth]!
    return path(`M${x} ${foot} l${height / 5} ${-height} l${height / 5} ${height}Z`, color)
  })
  return canvas(sky('#dbe9df', '#eef4e6'), ...trees, rect(0, 640, WIDTH, 80, '#264733'))
}

const city: Draw = (random) => {
  const towers = Array.from({ length: 26 }, (_, index) => {
    const width = random.int(50, 90)
    const height = random.int(140, 430)
    const x = index * 38 - 20
    const windows = Array.from({ length: 10 }, () =>
      rect(
        x + 8 + random.int(0, 3) * 14,
        HEIGHT - height + 14 + random.int(0, 8) * 22,
        7,
        10,
        random.pick(['#ffd98a', '#ffeec2', '#8fd0ff']),
      ),
    )
    return (
      rect(x, HEIGHT - height, width, height, random.pick(['#1d2540', '#242e4d', '#2d3860'])) +
      windows.join('')
    )
  })
  return canvas(
    sky('#0f1530', '#2b2f63', '#73508a', '#e08a74'),
    circle(random.int(120, 820), 110, 34, '#f5efd8'),
    ...towers,
  )
}

export const LANDSCAPES = { mountain, sunset, sea, forest, city } satisfies Record<string, Draw>
