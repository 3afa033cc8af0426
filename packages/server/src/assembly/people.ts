import {
  Apps,
  Captchas,
  Credentials,
  Login,
  loadSecrets,
  ServerKeys,
  Sessions,
} from '../modules/accounts/index.ts'
import { Administrators, Setup } from '../modules/admin/index.ts'
import { Settings } from '../modules/settings/index.ts'
import { createSmsDriver, SmsCodes } from '../modules/sms/index.ts'
import { Users } from '../modules/users/index.ts'
import type { Ground } from './ground.ts'

/** Accounts, sessions and what proves who is who. */
export async function createPeople({ config, clock, db, cluster, publish, clientOrigin }: Ground) {
  const common = { db, clock, invalidations: cluster.bus }
  const secrets = await loadSecrets(db, config.dataDir)
  const apps = await Apps.load(db, config.app)
  const codes = new SmsCodes({ db, clock, driver: createSmsDriver(config.sms), secret: secrets.sms })
  const sms = codes.required
  const settings = new Settings({ db, invalidations: cluster.bus, publish, apps, sms, clientOrigin })
  await settings.load()
  const users = new Users(common)
  const sessions = new Sessions({ ...common, users })
  const keys = new ServerKeys(common)
  const credentials = new Credentials({ db, users, sessions })
  const captchas = new Captchas(cluster.oneTimeValues)
  const login = new Login({ users, settings, sessions, credentials, captchas, codes })
  const administrators = new Administrators({ db, users })
  const setup = new Setup({ db, dataDir: config.dataDir, administrators })
  return {
    secrets,
    apps,
    settings,
    users,
    sessions,
    keys,
    credentials,
    codes,
    login,
    administrators,
    setup,
  }
}

export type People = Awaited<ReturnType<typeof createPeople>>
