import { useIntervalFn } from '@vueuse/core'
import { type Ref, ref } from 'vue'
import { client } from '@/sdk.ts'

/**
 * The server's time in Unix seconds, for what ends by its clock and not by this device's; as long as the caller's component
 * is shown.
 * @param everyMs how often it is looked at
 */
export function useServerSeconds(everyMs: number): Readonly<Ref<number>> {
  const seconds = ref(client.now() / 1000)
  useIntervalFn(() => {
    seconds.value = client.now() / 1000
  }, everyMs)
  return seconds
}
