import type { Random } from './random.ts'

/** What the `{slots}` of the scenes are filled with, by the language of the scene. */
const WORDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  zh: {
    day: ['周一', '周二', '周三', '周四', '周五', '周六', '周日'],
    time: ['上午十点', '中午十二点', '下午两点', '下午三点半', '傍晚六点', '晚上七点半', '晚上八点'],
    dish: ['牛肉面', '酸菜鱼', '麻辣香锅', '红烧肉', '小炒黄牛肉', '番茄牛腩', '水煮鱼'],
    dish2: ['兰州拉面', '越南粉', '煲仔饭', '日式咖喱', '云南米线', '烤肉饭'],
    place: ['中心公园', '南门老街', '人民广场', '滨江路', '大学城', '图书馆', '科技园'],
    hill: ['香山', '凤凰岭', '白云山', '梧桐山', '莫干山', '青城后山'],
    city: ['杭州', '成都', '厦门', '西安', '青岛', '重庆', '南京'],
    film: ['流浪的风', '夏日来信', '无声之城', '海边的旅馆', '第七天'],
  },
  en: {
    day: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
    time: ['10:30', 'noon', '2 pm', '4:30', '6 pm', '7:15', '8 pm'],
    book: ['The Salt Path', 'Piranesi', 'Small Things Like These', 'Middlemarch', 'Klara and the Sun'],
    cafe: ['the one by the canal', 'Foundry', 'the bakery on King Street', 'Blue Door'],
    city2: ['Lisbon', 'Edinburgh', 'Kyoto', 'Porto', 'Galway'],
    film2: ['Harbour Lights', 'The Long Winter', 'Paper Boats', 'Northbound'],
  },
}

/** Fills the slots of one scene: the same name means the same thing throughout. */
export function slotFiller(language: string, random: Random): (text: string) => string {
  const words = WORDS[language] ?? WORDS.en!
  const chosen = new Map<string, string>([
    ['n', String(random.int(3, 28))],
    ['n2', String(random.int(3, 9))],
    ['price', String(random.int(12, 95) * 20)],
    ['price2', String(random.int(5, 18))],
  ])
  const wordFor = (name: string): string | undefined => {
    const known = chosen.get(name)
    if (known !== undefined || !words[name]) return known
    const value = random.pick(words[name])
    chosen.set(name, value)
    return value
  }
  return (text) => text.replace(/\{(\w+)\}/g, (whole, name: string) => wordFor(name) ?? whole)
}
