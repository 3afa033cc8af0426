/** What is asked for: pictures and films, one from the camera, or any files. */
export type Picking = 'pictures' | 'camera' | 'files'

/** Opens the system's chooser. @returns what was chosen; nothing when it was closed */
export function pickFiles(what: Picking, { films = true } = {}): Promise<File[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.hidden = true
  input.multiple = what !== 'camera'
  if (what !== 'files') input.accept = films ? 'image/*,video/*' : 'image/*'
  if (what === 'camera') input.setAttribute('capture', 'environment')
  // Safari opens it only for an element of the page.
  document.body.append(input)
  return new Promise((resolve) => {
    const end = () => {
      resolve([...(input.files ?? [])])
      input.remove()
    }
    input.addEventListener('change', end, { once: true })
    input.addEventListener('cancel', end, { once: true })
    input.click()
  })
}
