import { closeDevice, openDevice } from '@/media/devices.ts'

/** An open camera, shown in a video element. */
export interface Camera {
  /** Switches its light; undefined where it has none. */
  readonly light: ((on: boolean) => Promise<void>) | undefined
  close(): void
}

/** Not in the standard's own types: from "Image Capture". */
type LightTrack = Omit<MediaStreamTrack, 'getCapabilities'> & {
  getCapabilities?: () => MediaTrackCapabilities & { torch?: boolean }
}

/** Opens the camera that looks away from the person, and shows it. @throws DeviceError */
export async function openCamera(video: HTMLVideoElement): Promise<Camera> {
  const stream = await openDevice({
    video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
  })
  video.srcObject = stream
  // Rejects when the page is left at once; then nobody looks.
  await video.play().catch(() => undefined)
  const track: LightTrack | undefined = stream.getVideoTracks()[0]
  const light = (on: boolean) =>
    track!.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] })
  return {
    light: track?.getCapabilities?.().torch ? light : undefined,
    close: () => {
      closeDevice(stream)
      video.srcObject = null
    },
  }
}
