/*
 * The server's rules for accounts (contract: fields), so that a slip is told before the journey.
 */

const PASSWORD_MIN = 6

/** Letters and digits, 1 to 60. */
export const isUsername = (text: string): boolean => /^[A-Za-z0-9]{1,60}$/.test(text)

/** Whether a password is as long as it has to be. */
export const isLongEnough = (password: string): boolean => [...password].length >= PASSWORD_MIN
