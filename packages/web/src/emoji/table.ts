/*
 * What `[表情N]` in a message looks like and is called. The numbers are those that the older clients of the protocol
 * use (0 to 100, one order that everybody kept); their drawings are not free, so each number has the emoji of the set
 * “Fluent Emoji Flat” (Microsoft, MIT licence) that fits its meaning best. Why some were chosen: docs/emoji.md.
 */

export interface EmojiEntry {
  /** N in `[表情N]`. */
  readonly index: number
  readonly zh: string
  readonly en: string
  /** Name of the drawing in the set. */
  readonly icon: string
  /** The drawing is turned around: the set has it for one side only. */
  readonly mirrored?: true
}

type Row = readonly [zh: string, en: string, icon: string, mirrored?: true]

const ROWS: readonly Row[] = [
  ['微笑', 'Smile', 'slightly-smiling-face'],
  ['撇嘴', 'Wry', 'face-with-diagonal-mouth'],
  ['色', 'In love', 'smiling-face-with-heart-eyes'],
  ['发呆', 'Blank', 'neutral-face'],
  ['得意', 'Cool guy', 'smiling-face-with-sunglasses'],
  ['流泪', 'Tears', 'crying-face'],
  ['害羞', 'Shy', 'flushed-face'],
  ['闭嘴', 'Silent', 'zipper-mouth-face'],
  ['睡', 'Sleep', 'sleeping-face'],
  ['大哭', 'Cry', 'loudly-crying-face'],
  ['尴尬', 'Awkward', 'grimacing-face'],
  ['发怒', 'Angry', 'pouting-face'],
  ['调皮', 'Tongue', 'winking-face-with-tongue'],
  ['呲牙', 'Grin', 'beaming-face-with-smiling-eyes'],
  ['惊讶', 'Surprised', 'astonished-face'],
  ['难过', 'Sad', 'frowning-face'],
  ['酷', 'Cool', 'cowboy-hat-face'],
  ['冷汗', 'Cold sweat', 'anxious-face-with-sweat'],
  ['抓狂', 'Scream', 'tired-face'],
  ['吐', 'Vomit', 'face-vomiting'],
  ['偷笑', 'Chuckle', 'face-with-hand-over-mouth'],
  ['愉快', 'Joyful', 'smiling-face-with-smiling-eyes'],
  ['白眼', 'Eye roll', 'face-with-rolling-eyes'],
  ['傲慢', 'Haughty', 'face-with-steam-from-nose'],
  ['饥饿', 'Hungry', 'drooling-face'],
  ['困', 'Drowsy', 'sleepy-face'],
  ['惊恐', 'Panic', 'face-screaming-in-fear'],
  ['流汗', 'Sweat', 'downcast-face-with-sweat'],
  ['憨笑', 'Laugh', 'grinning-face-with-smiling-eyes'],
  ['悠闲', 'Relaxed', 'relieved-face'],
  ['奋斗', 'Determined', 'flexed-biceps'],
  ['咒骂', 'Scold', 'face-with-symbols-on-mouth'],
  ['疑问', 'Question', 'thinking-face'],
  ['嘘', 'Shhh', 'shushing-face'],
  ['晕', 'Dizzy', 'face-with-spiral-eyes'],
  ['疯了', 'Crazy', 'zany-face'],
  ['衰', 'Bad luck', 'knocked-out-face'],
  ['骷髅', 'Skull', 'skull'],
  ['敲打', 'Hammer', 'hammer'],
  ['再见', 'Bye', 'waving-hand'],
  ['擦汗', 'Wipe sweat', 'grinning-face-with-sweat'],
  ['抠鼻', 'Nose pick', 'nose'],
  ['鼓掌', 'Clap', 'clapping-hands'],
  ['糗大了', 'Shame', 'face-with-peeking-eye'],
  ['坏笑', 'Trick', 'smiling-face-with-horns'],
  ['左哼哼', 'Hmph left', 'unamused-face', true],
  ['右哼哼', 'Hmph right', 'unamused-face'],
  ['哈欠', 'Yawn', 'yawning-face'],
  ['鄙视', 'Contempt', 'face-with-raised-eyebrow'],
  ['委屈', 'Wronged', 'disappointed-face'],
  ['快哭了', 'Near tears', 'face-holding-back-tears'],
  ['阴险', 'Sly', 'smirking-face'],
  ['亲亲', 'Kiss', 'kissing-face-with-closed-eyes'],
  ['吓', 'Scared', 'fearful-face'],
  ['可怜', 'Whimper', 'pleading-face'],
  ['菜刀', 'Cleaver', 'kitchen-knife'],
  ['西瓜', 'Watermelon', 'watermelon'],
  ['啤酒', 'Beer', 'beer-mug'],
  ['篮球', 'Basketball', 'basketball'],
  ['乒乓', 'Ping-pong', 'ping-pong'],
  ['咖啡', 'Coffee', 'hot-beverage'],
  ['饭', 'Rice', 'cooked-rice'],
  ['猪头', 'Pig', 'pig-face'],
  ['玫瑰', 'Rose', 'rose'],
  ['凋谢', 'Wilted', 'wilted-flower'],
  ['嘴唇', 'Lips', 'kiss-mark'],
  ['爱心', 'Heart', 'red-heart'],
  ['心碎', 'Broken heart', 'broken-heart'],
  ['蛋糕', 'Cake', 'birthday-cake'],
  ['闪电', 'Lightning', 'high-voltage'],
  ['炸弹', 'Bomb', 'bomb'],
  ['刀', 'Dagger', 'dagger'],
  ['足球', 'Football', 'soccer-ball'],
  ['瓢虫', 'Ladybird', 'lady-beetle'],
  ['便便', 'Poo', 'pile-of-poo'],
  ['月亮', 'Moon', 'crescent-moon'],
  ['太阳', 'Sun', 'sun-with-face'],
  ['礼物', 'Gift', 'wrapped-gift'],
  ['拥抱', 'Hug', 'hugging-face'],
  ['强', 'Thumbs up', 'thumbs-up'],
  ['弱', 'Thumbs down', 'thumbs-down'],
  ['握手', 'Handshake', 'handshake'],
  ['胜利', 'Victory', 'victory-hand'],
  ['抱拳', 'Respect', 'folded-hands'],
  ['勾引', 'Beckon', 'index-pointing-up'],
  ['拳头', 'Fist', 'oncoming-fist'],
  ['差劲', 'Lame', 'pinching-hand'],
  ['爱你', 'Love you', 'love-you-gesture'],
  ['NO', 'No', 'person-gesturing-no'],
  ['OK', 'OK', 'ok-hand'],
  ['爱情', 'Romance', 'heart-with-arrow'],
  ['飞吻', 'Blow kiss', 'face-blowing-a-kiss'],
  ['跳跳', 'Jump', 'person-cartwheeling'],
  ['发抖', 'Tremble', 'shaking-face'],
  ['怄火', 'Fuming', 'angry-face'],
  ['转圈', 'Twirl', 'woman-dancing'],
  ['磕头', 'Kowtow', 'person-bowing'],
  ['回头', 'Look back', 'back-arrow'],
  ['跳绳', 'Skip rope', 'person-bouncing-ball'],
  ['投降', 'Surrender', 'raising-hands'],
  ['激动', 'Excited', 'star-struck'],
]

/** All 101, by number. */
export const EMOJI: readonly EmojiEntry[] = ROWS.map(([zh, en, icon, mirrored], index) => ({
  index,
  zh,
  en,
  icon,
  ...(mirrored ? { mirrored } : {}),
}))

/** How an emoji of the set is written in a message. */
export const emojiText = (index: number): string => `[表情${index}]`
