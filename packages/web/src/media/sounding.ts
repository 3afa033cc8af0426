let sounding: HTMLMediaElement | undefined

/** Sees to it that only one film or recording of the page sounds: one that begins pauses the one before. */
export function soundAlone(element: HTMLMediaElement): void {
  element.addEventListener('play', () => {
    if (sounding !== element) silence()
    sounding = element
  })
}

/** Pauses what sounds, as for a recording. */
export function silence(): void {
  sounding?.pause()
}
