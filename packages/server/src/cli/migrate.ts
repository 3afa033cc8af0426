import { say } from './language.ts'
import { tellServers } from './nodes.ts'
import { print } from './output.ts'
import { commandConfig, openSiteDatabase, prepareDataFolder } from './site.ts'

/** `parley migrate`: what every start does, for those who want to do it beforehand. */
export async function migrate(): Promise<void> {
  const config = commandConfig()
  await prepareDataFolder(config.dataDir)
  const db = await openSiteDatabase(config)
  const applied = db.migrated
  await db.close()
  if (applied.length === 0) return print(say({ zh: '数据库结构已是最新', en: 'The database is up to date' }))
  await tellServers(config)
  const names = applied.join(', ')
  print(say({ zh: `已升级数据库结构：${names}`, en: `The database was brought up to date: ${names}` }))
}
