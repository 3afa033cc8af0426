import { startSite, type TestSite, type TestUser } from './harness.ts'

/** The people of the group tests, on a site of their own. Who is friends with whom is each file's business. */
export interface GroupCast {
  site: TestSite
  tom: TestUser
  jerry: TestUser
  kitty: TestUser
  stranger: TestUser
}

export async function startGroupSite(): Promise<GroupCast> {
  const site = await startSite()
  return {
    site,
    tom: await site.user({ nickname: '猫猫' }),
    jerry: await site.user({ nickname: '小老鼠' }),
    kitty: await site.user({ nickname: '喵喵' }),
    stranger: await site.user({ nickname: 'Spike' }),
  }
}

/** A person as notices name them. */
export const link = ({ uid, nickname }: TestUser): string => `[${nickname}]({POPBASEURI}user/detail/${uid})`
