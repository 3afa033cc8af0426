/*
 * The character that stands for `[表情N]` where only text can be: in the list of chats, quotes, notifications. The system
 * draws it; it means the same as the drawing of `table.ts`, without that table and the drawings having to be loaded.
 */

const CHARACTERS = (
  '🙂 🫤 😍 😐 😎 😢 😳 🤐 😴 😭 😬 😡 😜 😁 😲 ☹️ 🤠 😰 😫 🤮 ' +
  '🤭 😊 🙄 😤 🤤 😪 😱 😓 😄 😌 💪 🤬 🤔 🤫 😵‍💫 🤪 😵 💀 🔨 👋 ' +
  '😅 👃 👏 🫣 😈 😒 😒 🥱 🤨 😞 🥹 😏 😚 😨 🥺 🔪 🍉 🍺 🏀 🏓 ' +
  '☕ 🍚 🐷 🌹 🥀 💋 ❤️ 💔 🎂 ⚡ 💣 🗡️ ⚽ 🐞 💩 🌙 🌞 🎁 🤗 👍 ' +
  '👎 🤝 ✌️ 🙏 ☝️ 👊 🤏 🤟 🙅 👌 💘 😘 🤸 🫨 😠 💃 🙇 🔙 ⛹️ 🙌 ' +
  '🤩'
).split(' ')

const EMOJI = /\[表情(\d{1,3})\]/g

/** Puts characters in the place of `[表情N]`; numbers that are no emoji stay as they are. */
export const withCharacters = (text: string): string =>
  text.replace(EMOJI, (whole, index) => CHARACTERS[Number(index)] ?? whole)
