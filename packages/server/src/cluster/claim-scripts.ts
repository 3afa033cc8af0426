import type { Redis } from 'ioredis'

/*
 * The steps of RedisClaims, each atomic because it is a script. Times are Redis' own, in ms, so that the nodes' clocks
 * do not matter. Under the site's prefix:
 *
 *   leases           sorted set, lease → when it ends; negative as soon as others take over what it held
 *   lease:{lease}    set of the subjects that a lease holds
 *   claim:{subject}  set of the leases that hold a subject
 *   epoch            a random text, new when Redis has lost everything
 *
 * Keys are composed inside the scripts: this wants one Redis (with replicas, if you like), not a Redis Cluster, and one
 * that does not evict keys when its memory is full.
 */

const PRELUDE = `
local prefix = ARGV[1]
local leases = prefix .. ':leases'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function ends(lease) return tonumber(redis.call('ZSCORE', leases, lease) or 0) end
local function claimOf(subject) return prefix .. ':claim:' .. subject end
local function subjectsOf(lease) return prefix .. ':lease:' .. lease end
`

/** ARGV: prefix, lease, life in ms, the epoch if there is none. */
const BEGIN = `
redis.call('SET', prefix .. ':epoch', ARGV[4], 'NX')
redis.call('ZADD', leases, now + ARGV[3], ARGV[2])
return redis.call('GET', prefix .. ':epoch')
`

/** ARGV: prefix, lease, life in ms. A lease that had ended is kept, too, if nobody has taken it over. */
const RENEW = `
local ended = ends(ARGV[2])
if ended <= 0 then return {'lost', {}, {}} end
redis.call('ZADD', leases, now + ARGV[3], ARGV[2])
if ended < now then return {'late', {}, {}} end
return {
  'kept',
  redis.call('ZRANGEBYSCORE', leases, '(' .. now, '+inf'),
  redis.call('ZRANGEBYSCORE', leases, '-inf', now)
}
`

/** ARGV: prefix, lease, subjects. */
const HOLD = `
if ends(ARGV[2]) <= 0 then return false end
local alone = {}
for i = 3, #ARGV do
  redis.call('SADD', claimOf(ARGV[i]), ARGV[2])
  redis.call('SADD', subjectsOf(ARGV[2]), ARGV[i])
  if redis.call('SCARD', claimOf(ARGV[i])) == 1 then alone[#alone + 1] = ARGV[i] end
end
return alone
`

/** ARGV: prefix, subject, leases. */
const DROP = `
for i = 3, #ARGV do
  redis.call('SREM', claimOf(ARGV[2]), ARGV[i])
  redis.call('SREM', subjectsOf(ARGV[i]), ARGV[2])
end
return 1 - redis.call('EXISTS', claimOf(ARGV[2]))
`

/** ARGV: prefix, subjects. */
const HELD = `
local held = {}
for i = 2, #ARGV do
  if redis.call('EXISTS', claimOf(ARGV[i])) == 1 then held[#held + 1] = ARGV[i] end
end
return held
`

/**
 * ARGV: prefix, lease, ended lease, how many subjects. What nobody else holds is not dropped but handed to the lease
 * that asks: should its node die, too, the next one inherits it in turn.
 */
const INHERIT = `
if ends(ARGV[2]) <= 0 then return false end
local ended = ends(ARGV[3])
if ended == 0 or ended > now then return {0, 0, {}} end
redis.call('ZADD', leases, -math.abs(ended), ARGV[3])
local orphans = {}
for _, subject in ipairs(redis.call('SPOP', subjectsOf(ARGV[3]), ARGV[4])) do
  redis.call('SREM', claimOf(subject), ARGV[3])
  if redis.call('EXISTS', claimOf(subject)) == 0 then
    redis.call('SADD', claimOf(subject), ARGV[2])
    redis.call('SADD', subjectsOf(ARGV[2]), subject)
    orphans[#orphans + 1] = subject
  end
end
local left = redis.call('EXISTS', subjectsOf(ARGV[3]))
if left == 0 then redis.call('ZREM', leases, ARGV[3]) end
return {left, now - math.abs(ended), orphans}
`

/** ARGV: prefix, lease. */
const RETIRE = `
if ends(ARGV[2]) > 0 then redis.call('ZADD', leases, -now, ARGV[2]) end
`

/** The steps, all of one site. They reject when Redis does not answer. */
export interface ClaimCommands {
  /** Begins a lease. @param epoch becomes the epoch if there is none @returns the epoch in force */
  begin(lease: string, leaseMs: number, epoch: string): Promise<string>
  /**
   * Makes a lease last `leaseMs` from now on. `lost`: the others have taken it over; `late`: they could have; `kept`:
   * it never ended, and these are the leases in force and those that have ended.
   */
  renew(
    lease: string,
    leaseMs: number,
  ): Promise<['kept' | 'late' | 'lost', inForce: string[], ended: string[]]>
  /** @returns the subjects that no other lease holds; null when the lease is lost, and nothing is held */
  hold(lease: string, ...subjects: string[]): Promise<string[] | null>
  /** @returns 1 when no lease holds the subject now */
  drop(subject: string, ...leases: string[]): Promise<0 | 1>
  /** @returns those of the subjects that some lease holds */
  held(...subjects: string[]): Promise<string[]>
  /**
   * Takes over up to `count` subjects of a lease that has ended.
   * @returns whether there are more, how long ago the lease ended (ms), and the subjects that the taker holds alone
   *   now; null when the taker's own lease is lost
   */
  inherit(
    lease: string,
    ended: string,
    count: number,
  ): Promise<[hasMore: 0 | 1, agoMs: number, orphans: string[]] | null>
  /** Ends a lease: what only it holds is to be inherited. */
  retire(lease: string): Promise<null>
}

const SCRIPTS: Record<keyof ClaimCommands, string> = {
  begin: BEGIN,
  renew: RENEW,
  hold: HOLD,
  drop: DROP,
  held: HELD,
  inherit: INHERIT,
  retire: RETIRE,
}

type Script = (...argv: (string | number)[]) => Promise<unknown>

/** Teaches a connection the scripts. @param prefix begins every key; without a colon at the end */
export function claimCommands(redis: Redis, prefix: string): ClaimCommands {
  const commands = Object.entries(SCRIPTS).map(([step, lua]) => {
    const name = `parleyClaims${step}`
    redis.defineCommand(name, { numberOfKeys: 0, lua: PRELUDE + lua })
    const run = (redis as unknown as Record<string, Script>)[name]!
    return [step, (...argv: (string | number)[]) => run.call(redis, prefix, ...argv)]
  })
  return Object.fromEntries(commands) as ClaimCommands
}
