import { type ShallowRef, shallowRef } from 'vue'
import { loadMatcher, type Matcher, matchText } from './matching.ts'

/** Finds names: by their letters at once, and by their pinyin as well (`knowsPinyin`) as soon as its dictionary is here. */
export function useMatcher(): { matcher: ShallowRef<Matcher>; knowsPinyin: ShallowRef<boolean> } {
  const matcher = shallowRef(matchText)
  const knowsPinyin = shallowRef(false)
  void loadMatcher().then((loaded) => {
    matcher.value = loaded
    knowsPinyin.value = true
  })
  return { matcher, knowsPinyin }
}
