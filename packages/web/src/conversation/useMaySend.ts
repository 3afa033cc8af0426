import { switchesOf } from '@parley/client'
import { useSite } from '@/stores/site.ts'

/** Gives a function that tells whether the site takes a message with such content. */
export function useMaySend(): (content: string) => boolean {
  const site = useSite()
  return (content) => switchesOf(content).every((name) => site.isOn(name))
}
