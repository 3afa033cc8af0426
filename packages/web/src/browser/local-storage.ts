/** Puts something into the storage of this device. Where that is full, it lives as long as the page does. */
export function storeText(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // There is nothing that the person could do about it here.
  }
}
