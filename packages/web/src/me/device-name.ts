/** What a session's device is called: names as their makers write them; '' where the user agent does not tell. */
export interface Device {
  readonly browser: string
  readonly system: string
  readonly kind: 'computer' | 'phone' | 'tablet' | 'program'
}

/** WeChat's browser has a name of its own in each language. */
export const WECHAT = 'WeChat'

/** The first that fits: most browsers pretend to be those below them. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger\//, WECHAT],
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOPT\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bM?QQBrowser\//, 'QQ Browser'],
  [/\bUCBrowser\//, 'UC Browser'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bHuaweiBrowser\//, 'Huawei Browser'],
  [/\bMiuiBrowser\//, 'MIUI Browser'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'Safari'],
]

const SYSTEMS: readonly (readonly [RegExp, string, Device['kind']])[] = [
  [/\biPhone\b|\biPod\b/, 'iPhone', 'phone'],
  [/\biPad\b/, 'iPad', 'tablet'],
  [/\bHarmonyOS\b|\bOpenHarmony\b/, 'HarmonyOS', 'phone'],
  [/\bAndroid\b(?=.*\bMobile\b)/, 'Android', 'phone'],
  [/\bAndroid\b/, 'Android', 'tablet'],
  [/\bWindows\b/, 'Windows', 'computer'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS', 'computer'],
  [/\bCrOS\b/, 'ChromeOS', 'computer'],
  [/\bLinux\b|\bX11\b/, 'Linux', 'computer'],
]

/** Reads the names of browser and system out of a user agent, without versions. */
export function deviceOf(userAgent: string): Device {
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))
  if (system) return { browser: browser?.[1] ?? '', system: system[1], kind: system[2] }
  // Programs name themselves: `curl/8.5.0`, `Bun/1.4`, `okhttp/4.12`.
  const program = /^([A-Za-z][\w.+-]{0,39})(?:\/|$)/.exec(userAgent)?.[1]
  return { browser: program && program !== 'Mozilla' ? program : '', system: '', kind: 'program' }
}
