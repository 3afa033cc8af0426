import { randomInt } from 'node:crypto'
import * as svgCaptcha from 'svg-captcha'
import type { OneTimeStore } from '../../cluster/index.ts'
import { hashToken } from './tokens.ts'

/** What a captcha lets its solver do; one for signing in does not help at registering. */
export type CaptchaPurpose = 'login' | 'join'

const LIFE_MS = 5 * 60 * 1000
const TEXT_CHARACTERS = 4
/** Without the characters that people take for each other. */
const ALPHABET = 'ABCDEFGHJKMNPRSTUVWXYZabcdefhkmnprstuvwxyz2345678'
const LOOK = { noise: 3, color: true, background: '#f4f5f7' }

/**
 * The package's main export, which its types leave out. It draws a given text; `create` would choose the text with
 * `Math.random`, whose next values can be worked out from the picture's coordinates.
 */
const drawText = (svgCaptcha as unknown as { default: (text: string, options: typeof LOOK) => string })
  .default

function randomText(): string {
  return Array.from({ length: TEXT_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

/** The captchas that are out: each fits one visitor and one purpose, once, for five minutes. */
export class Captchas {
  constructor(private readonly store: OneTimeStore) {}

  /**
   * Draws a new captcha; the visitor's earlier one for the same purpose no longer counts.
   * @param visitorToken what the visitor's cookie holds
   * @returns SVG
   */
  async draw(purpose: CaptchaPurpose, visitorToken: string): Promise<string> {
    const text = randomText()
    await this.store.put(keyOf(purpose, visitorToken), text.toLowerCase(), LIFE_MS)
    return drawText(text, LOOK)
  }

  /** Whether the answer is right, in whatever case it is typed. Right or wrong, the captcha is used up. */
  async check(purpose: CaptchaPurpose, visitorToken: string, answer: string): Promise<boolean> {
    if (visitorToken === '') return false
    const text = await this.store.take(keyOf(purpose, visitorToken))
    return text !== undefined && text === answer.trim().toLowerCase()
  }
}

const keyOf = (purpose: CaptchaPurpose, visitorToken: string) =>
  `captcha:${purpose}:${hashToken(visitorToken)}`
