/*
 * Runs on the audio thread: hands the microphone's sound over to the page, mixed to one channel. A file of its own, since
 * the site's policy lets no script run that is not one.
 */

declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void

/** About 21 ms at 48 kHz: the meter moves smoothly, and the page is not woken for each of the browser's 128 samples. */
const BLOCK_SAMPLES = 1024

class Capture extends AudioWorkletProcessor {
  #block = new Float32Array(BLOCK_SAMPLES)
  #filled = 0

  process([channels]: Float32Array[][]): boolean {
    const length = channels?.[0]?.length ?? 0
    for (let index = 0; index < length; index++) {
      let sum = 0
      for (const channel of channels!) sum += channel[index]!
      this.#block[this.#filled++] = sum / channels!.length
      if (this.#filled === BLOCK_SAMPLES) this.#hand()
    }
    return true
  }

  #hand(): void {
    this.port.postMessage(this.#block, [this.#block.buffer])
    this.#block = new Float32Array(BLOCK_SAMPLES)
    this.#filled = 0
  }
}

registerProcessor('capture', Capture)
