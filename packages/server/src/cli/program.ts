import { type Command, CommanderError, InvalidArgumentError } from 'commander'
import manifest from '../../package.json'
import { say } from './language.ts'
import { remark } from './output.ts'
import { addCommand, addFolder, createRoot, usageLine } from './usage.ts'

/*
 * The command line on one page. What a command does is loaded when it runs, so that `--help` is instant.
 */

const NAME = 'parley'

const JSON_OPTION = ['--json', say({ zh: '输出 JSON', en: 'print JSON' })] as const
const PASSWORD_OPTION = [
  '--password-stdin',
  say({ zh: '从标准输入读取密码', en: 'read the password from standard input' }),
] as const
const NICKNAME_OPTION = [
  '--nickname <nickname>',
  say({ zh: '昵称，默认为用户名', en: 'name that people see; the username by default' }),
] as const
const USERNAME_ARGUMENT = ['<username>', say({ zh: '用户名', en: 'username' })] as const

function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError(say({ zh: '应为正整数', en: 'it may be a whole number above 0' }))
}

function addServerCommands(program: Command): void {
  addCommand(program, 'start', {
    summary: { zh: '启动服务器', en: 'start the server' },
    more: {
      zh: '设置通过环境变量给出，参见 parley config。SIGTERM 或 Ctrl+C 停止，SIGHUP 重新读取数据。',
      en: 'Settings come from environment variables, see `parley config`. SIGTERM or Ctrl+C stops it, SIGHUP makes it read its data anew.',
    },
    example: 'PORT=8080 parley start',
  })
    .option(
      '--watch',
      say({ zh: '代码变更时自动重启（开发用）', en: 'restart when the code changes (for development)' }),
    )
    .action(async () => (await import('./start.ts')).start())

  addCommand(program, 'migrate', {
    summary: { zh: '创建或升级数据库结构', en: 'create the database or bring its schema up to date' },
    more: { zh: '启动时会自动执行。', en: 'Every start does the same.' },
    example: 'parley migrate',
  }).action(async () => (await import('./migrate.ts')).migrate())

  addCommand(program, 'config', {
    summary: { zh: '显示当前生效的设置（隐藏密钥）', en: 'show the settings in force (secrets masked)' },
    example: 'parley config --json',
  })
    .option(...JSON_OPTION)
    .action(async (options) => (await import('./config.ts')).showConfig(options))
}

function addUserCommands(program: Command): void {
  const user = addFolder(program, 'user', {
    summary: { zh: '管理账号', en: 'manage accounts' },
    example: 'parley user list',
  })
  addCommand(user, 'add', {
    summary: { zh: '创建账号', en: 'make an account' },
    more: {
      zh: '在终端中询问密码；也可用 --password-stdin 传入。',
      en: 'The password is asked for on the terminal, or read with --password-stdin.',
    },
    example: 'echo "$PASSWORD" | parley user add xiaoming --nickname 小明 --password-stdin',
  })
    .argument(...USERNAME_ARGUMENT)
    .option(...NICKNAME_OPTION)
    .option('--phone <phone>', say({ zh: '手机号', en: 'phone number' }))
    .option(
      '--member',
      say({
        zh: '设为会员（可开子账号、自动回复）',
        en: 'a member: may open sub-users, answers automatically',
      }),
    )
    .option(...PASSWORD_OPTION)
    .action(async (username, options) => (await import('./users.ts')).addUser(username, options))
  addCommand(user, 'list', {
    summary: { zh: '列出账号', en: 'list accounts' },
    example: 'parley user list wang --limit 20',
  })
    .argument(
      '[search]',
      say({ zh: '用户名或昵称中包含的文字', en: 'text that is part of the username or nickname' }),
    )
    .option('--limit <count>', say({ zh: '最多显示多少个', en: 'how many at most' }), wholeNumber, 100)
    .option(...JSON_OPTION)
    .action(async (search, options) => (await import('./users.ts')).listUsers(search, options))
  addCommand(user, 'password', {
    summary: {
      zh: '重设密码，并结束该账号的所有登录',
      en: 'set a new password and end all sessions of the account',
    },
    example: 'parley user password xiaoming',
  })
    .argument(...USERNAME_ARGUMENT)
    .option(...PASSWORD_OPTION)
    .action(async (username, options) => (await import('./users.ts')).setPassword(username, options))
  addCommand(user, 'disable', {
    summary: { zh: '禁用账号，立即生效', en: 'disable an account, at once' },
    example: 'parley user disable xiaoming',
  })
    .argument(...USERNAME_ARGUMENT)
    .action(async (username) => (await import('./users.ts')).setDisabled(username, true))
  addCommand(user, 'enable', {
    summary: { zh: '恢复被禁用的账号', en: 'let a disabled account in again' },
    example: 'parley user enable xiaoming',
  })
    .argument(...USERNAME_ARGUMENT)
    .action(async (username) => (await import('./users.ts')).setDisabled(username, false))
}

function addAdministratorCommands(program: Command): void {
  const admin = addFolder(program, 'admin', {
    summary: { zh: '管理管理员', en: 'manage administrators' },
    example: 'parley admin add xiaoming',
  })
  addCommand(admin, 'add', {
    summary: {
      zh: '创建管理员，或把已有账号设为管理员',
      en: 'make an administrator, or make an account one',
    },
    example: 'echo "$PASSWORD" | parley admin add root --password-stdin',
  })
    .argument(...USERNAME_ARGUMENT)
    .option(...NICKNAME_OPTION)
    .option(...PASSWORD_OPTION)
    .action(async (username, options) => (await import('./users.ts')).addAdministrator(username, options))
}

function addKeyCommands(program: Command): void {
  const key = addFolder(program, 'key', {
    summary: { zh: '管理 /api 的服务端密钥', en: 'manage server keys for /api' },
    example: 'parley key list',
  })
  addCommand(key, 'add', {
    summary: { zh: '创建密钥并显示一次', en: 'make a key and show it once' },
    example: 'parley key add website',
  })
    .argument('<name>', say({ zh: '用途名称', en: 'what it is for' }))
    .action(async (name) => (await import('./keys.ts')).addKey(name))
  addCommand(key, 'list', {
    summary: { zh: '列出密钥', en: 'list keys' },
    example: 'parley key list --json',
  })
    .option(...JSON_OPTION)
    .action(async (options) => (await import('./keys.ts')).listKeys(options))
  addCommand(key, 'revoke', {
    summary: { zh: '吊销密钥，立即生效', en: 'revoke a key, at once' },
    example: 'parley key revoke website',
  })
    .argument('<name-or-id>', say({ zh: '名称或编号', en: 'its name or id' }))
    .action(async (which) => (await import('./keys.ts')).revokeKey(which))
}

function addDataCommands(program: Command): void {
  addCommand(program, 'backup', {
    summary: {
      zh: '备份数据库、上传文件和密钥（运行时也可以）',
      en: 'back up database, uploads and secrets, also while running',
    },
    example: 'parley backup /backups/parley-monday.tar.gz',
  })
    .argument('<file>', say({ zh: '备份文件（.tar.gz）', en: 'the file to write (.tar.gz)' }))
    .option('--force', say({ zh: '覆盖已有文件', en: 'replace the file if it is there' }))
    .action(async (file, options) => (await import('./backup/backup.ts')).backup(file, options))
  addCommand(program, 'restore', {
    summary: { zh: '把备份恢复到 DATA_DIR', en: 'restore a backup into DATA_DIR' },
    more: {
      zh: '先停止服务器。--force 把已有数据移到 DATA_DIR 内的 before-restore-… 文件夹。',
      en: 'Stop the server first. --force moves what is there into a folder before-restore-… inside DATA_DIR.',
    },
    example: 'DATA_DIR=/srv/parley parley restore /backups/parley-monday.tar.gz',
  })
    .argument('<file>', say({ zh: '备份文件', en: 'the backup' }))
    .option('--force', say({ zh: '即使 DATA_DIR 中已有数据', en: 'also when DATA_DIR holds data' }))
    .action(async (file, options) => (await import('./backup/restore.ts')).restore(file, options))
  addCommand(program, 'migrate-data', {
    summary: {
      zh: '把 DATA_DIR 中 SQLite 的数据迁移到 PostgreSQL（运行时也可以）',
      en: 'move the data of a SQLite site to PostgreSQL, also while running',
    },
    more: {
      zh: '可重复运行，只写入有变化的部分，不改动 DATA_DIR；停止服务器后再运行一次，然后设置 DATABASE_URL 并启动。密码也可用 PGPASSWORD 给出。',
      en: 'It may be repeated, writes only what has changed, and leaves DATA_DIR as it is. Stop the server, run it once more, set DATABASE_URL and start. The password may be given as PGPASSWORD instead.',
    },
    example: 'DATA_DIR=/srv/parley parley migrate-data --to postgres://parley:password@db.example.com/parley',
  })
    .requiredOption(
      '--to <address>',
      say({ zh: 'PostgreSQL 数据库的地址', en: 'address of the PostgreSQL database' }),
    )
    .action(async (options) => (await import('./migrate-data/migrate-data.ts')).migrateData(options))
  addCommand(program, 'migrate-files', {
    summary: {
      zh: '把 DATA_DIR 中的上传文件复制到 S3 存储',
      en: 'copy the uploads of DATA_DIR into the S3 store',
    },
    more: {
      zh: '需要 DATA_DIR 和 S3_* 变量。可重复运行，不改动 DATA_DIR；服务器改用存储后请再运行一次。',
      en: 'Needs DATA_DIR and the variables S3_*. It may be repeated and leaves DATA_DIR as it is; run it once more after the server has been started with the store.',
    },
    example: 'DATA_DIR=/srv/parley S3_BUCKET=parley parley migrate-files',
  }).action(async () => (await import('./migrate-files.ts')).migrateFiles())
  addCommand(program, 'demo', {
    summary: {
      zh: '在空站点中填入演示数据：40 个用户、12 个群、3000 条消息',
      en: 'fill an empty site with 40 users, 12 groups and 3,000 messages',
    },
    example: 'DATA_DIR=/tmp/demo parley demo',
  })
    .option(...PASSWORD_OPTION)
    .action(async (options) => (await import('./demo/demo.ts')).demo(options))
}

function createProgram(): Command {
  const program = createRoot(NAME)
    .description(say({ zh: 'Parley：自己搭建的即时通讯', en: 'Parley: self-hosted instant messaging' }))
    .version(manifest.version, '-V, --version', say({ zh: '显示版本', en: 'show the version' }))
    .addHelpText('after', `\n${say({ zh: '例如：', en: 'Example:' })}\n  $ ${NAME} start`)
  addServerCommands(program)
  addUserCommands(program)
  addAdministratorCommands(program)
  addKeyCommands(program)
  addDataCommands(program)
  return program
}

/** The words of the innermost command that the arguments name: `parley user` for `user lst`. */
function understood(program: Command, args: readonly string[]): string {
  const words = [NAME]
  let command: Command | undefined = program
  for (const argument of args) {
    command = command?.commands.find((candidate) => candidate.name() === argument)
    if (!command) break
    words.push(argument)
  }
  return words.join(' ')
}

/**
 * Runs a command.
 * @param args what follows `parley`
 * @returns the exit code
 */
export async function run(args: readonly string[]): Promise<number> {
  const program = createProgram()
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      // A command without its subcommand has shown its help, which says more than a line.
      if (error.code !== 'commander.help') remark(`${NAME}: ${usageLine(error, understood(program, args))}`)
      return 1
    }
    const { failureDetails, failureLine } = await import('./failure.ts')
    remark(`${NAME}: ${failureLine(error)}`)
    const details = failureDetails(error)
    if (details !== undefined) remark(details)
    return 1
  }
}
