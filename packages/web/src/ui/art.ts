/**
 * The drawings of empty places, on a ground of 128 × 104: one line that comes along the floor, draws the thing and goes
 * on, and one small mark in jade.
 */
const BUBBLE =
  'M4 92H24c6-4 9-11 9-20h-2a13 13 0 0 1-13-13V29a13 13 0 0 1 13-13h60a13 13 0 0 1 13 13v30a13 13 0 0 1-13 13H50c0 9-3 16-9 20h83'

export const ART = {
  chats: {
    line: 'M4 92H16c5-4 7-10 7-18a11 11 0 0 1-11-11V31a11 11 0 0 1 11-11h38a11 11 0 0 1 11 11v32a11 11 0 0 1-11 11H37c0 8-2 14-7 18h74c-5-3-7-7-7-12h-6a9 9 0 0 1-9-9V57a9 9 0 0 1 9-9h14a9 9 0 0 1 9 9v14a9 9 0 0 1-6 8.5c0 5 2 9.5 7 12.5h6',
    mark: 'M31 47h.1M42 47h.1M53 47h.1',
  },
  messages: { line: BUBBLE, mark: 'M49 46c5 7 19 7 24 0' },
  replies: { line: BUBBLE, mark: 'M57 33l-9 9 9 9M48 42h16a10 10 0 0 1 10 10v3' },
  people: {
    line: 'M4 92H30c0-20 12-31 28-36a20 20 0 1 1 12 0c16 5 28 16 28 36h26',
    mark: 'M57 40c4 5 10 5 14 0',
  },
  groups: {
    line: 'M4 92H14c0-15 9-24 22-28a16 16 0 1 1 10 0c9 3 15 9 18 17 3-8 9-14 18-17a16 16 0 1 1 10 0c13 4 22 13 22 28h10',
    mark: 'M64 20v14M57 27h14',
  },
  search: { line: 'M4 92H96c5 0 6-5 2-9L75 62A28 28 0 1 1 78 58', mark: 'M38 44a16 16 0 0 1 16-16' },
  offline: {
    line: 'M4 92H40c10 0 12-10 4-18h-4a17 17 0 0 1 0-34 25 25 0 0 1 48-5 20 20 0 0 1 2 39H64',
    mark: 'M66 83l-4 8M80 83l-4 8M94 83l-4 8',
  },
  error: {
    line: 'M4 92H36V28a10 10 0 0 1 10-10h28l18 18v56h32M74 18v10a8 8 0 0 0 8 8h10',
    mark: 'M64 46v18M64 74h.1',
  },
  requests: {
    line: 'M4 92H22V48a8 8 0 0 1 8-8h68a8 8 0 0 1 8 8v44h18M24 43l33 26a11 11 0 0 0 14 0l33-26',
    mark: 'M64 10v16M56 18h16',
  },
  explore: { line: 'M4 92H64a37 37 0 1 1 .1 0H124', mark: 'M79 40l-9 21-21 9 9-21z' },
} as const

export type Art = keyof typeof ART
