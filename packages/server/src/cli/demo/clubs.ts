/** When people talk in a chat: in office hours, or whenever they are awake. */
export type Hours = 'office' | 'awake'

/** A group of the demo site. */
export interface Club {
  readonly name: string
  /** The first is the owner. */
  readonly members: readonly string[]
  /** The file of scenes that are played here. */
  readonly topic: string
  readonly hours: Hours
  /** How often the scenes are gone through. */
  readonly rounds: number
  /**
   * Who plays the roles A, B, C …: anybody; the owner plays A; or the members in their order.
   */
  readonly casting: 'anybody' | 'owner' | 'fixed'
  readonly announcement?: string
  /** Members who only read, if that; also those who leave, or are muted or sent out: they could not take back what they said. */
  readonly silent?: readonly string[]
}

const OFFICE = [
  'linxiaoyu',
  'chenhao',
  'wangjing',
  'zhangwei',
  'liuyang',
  'zhaolei',
  'sunlei',
  'zhoujie',
  'wuqiang',
  'liangchen',
]

/** The twelve groups, in the order in which they were made. */
export const CLUBS: readonly Club[] = [
  {
    name: '产品研发组',
    members: ['linxiaoyu', 'chenhao', 'zhangwei', 'liuyang', 'sunlei', 'liangchen', 'wangjing'],
    topic: 'work.zh',
    hours: 'office',
    rounds: 2,
    casting: 'anybody',
    announcement: '每天 9:45 站会；线上问题请先在群里说一声再动手。',
  },
  {
    name: '设计走查',
    members: ['wangjing', 'linxiaoyu', 'liuyang', 'liangchen', 'zhoujie'],
    topic: 'design.zh',
    hours: 'office',
    rounds: 1,
    casting: 'anybody',
  },
  {
    name: '全员通知',
    members: [
      'zhaolei',
      ...OFFICE.filter((username) => username !== 'zhaolei'),
      'heqian',
      'majun',
      'huting',
      'hanxu',
    ],
    topic: 'notice.zh',
    hours: 'office',
    rounds: 1,
    casting: 'owner',
    announcement: '本群只发布通知，有问题请联系赵蕾。',
  },
  {
    name: '周末徒步小分队',
    members: ['gaoyuan', 'zhoujie', 'linxiaoyu', 'fengrui', 'chenhao', 'zhenglan', 'hanxu', 'majun'],
    silent: ['hanxu', 'majun'],
    topic: 'hike.zh',
    hours: 'awake',
    rounds: 3,
    casting: 'anybody',
    announcement: '装备清单：登山鞋、两升水、外套、头灯、雨衣。安全第一，量力而行。',
  },
  {
    name: '午饭吃什么',
    members: ['huting', 'linxiaoyu', 'wangjing', 'liuyang', 'zhangwei', 'wuqiang', 'heqian'],
    topic: 'food.zh',
    hours: 'office',
    rounds: 2,
    casting: 'anybody',
  },
  {
    name: '幸福里3栋业主群',
    members: [
      'guofeng',
      'luoyi',
      'zhenglan',
      'chenhao',
      'guifang',
      'majun',
      'tangyu',
      'yutongmama',
      'dijia888',
    ],
    silent: ['dijia888'],
    topic: 'residents.zh',
    hours: 'awake',
    rounds: 1,
    casting: 'anybody',
    announcement: '物业电话 8888-1234；请勿在群内发广告。',
  },
  {
    name: '三年二班家长群',
    members: ['teacherwang', 'luoyi', 'yutongmama', 'haohanbaba', 'wuqiang', 'zhenglan', 'guofeng'],
    topic: 'parents.zh',
    hours: 'awake',
    rounds: 1,
    casting: 'owner',
  },
  {
    name: '相亲相爱一家人',
    members: ['guifang', 'linxiaoyu', 'linxiaoyang', 'laolin'],
    topic: 'family.zh',
    hours: 'awake',
    rounds: 1,
    casting: 'fixed',
  },
  {
    name: 'Weekend Football',
    members: ['daniel', 'liam', 'tom', 'priya', 'tangyu', 'gaoyuan', 'hanxu'],
    silent: ['hanxu'],
    topic: 'football.en',
    hours: 'awake',
    rounds: 2,
    casting: 'anybody',
    announcement: 'Sundays at Riverside Park. Bring a white and a dark shirt.',
  },
  {
    name: 'Book Club',
    members: ['emma', 'sofia', 'grace', 'priya', 'linxiaoyu', 'heqian'],
    topic: 'books.en',
    hours: 'awake',
    rounds: 2,
    casting: 'anybody',
    announcement: 'One book a month. Spoilers only after the meeting!',
  },
  {
    name: 'Frontend Guild',
    members: ['priya', 'tom', 'daniel', 'liuyang', 'liangchen', 'wangjing', 'grace'],
    topic: 'frontend.en',
    hours: 'office',
    rounds: 2,
    casting: 'anybody',
  },
  {
    name: 'English Corner 英语角',
    members: ['grace', 'linxiaoyu', 'heqian', 'xunan', 'liangchen', 'huting', 'emma', 'liam'],
    topic: 'corner.mix',
    hours: 'awake',
    rounds: 1,
    casting: 'owner',
    announcement: 'English only on Fridays. 周五请说英语 🙂',
  },
]

/** Who writes to each other in private: the language and, for each first person, the others. */
export const PAIRS: ReadonlyArray<
  readonly [topic: 'chat.zh' | 'chat.en', who: string, others: readonly string[]]
> = [
  ['chat.zh', 'linxiaoyu', ['chenhao', 'wangjing', 'zhangwei', 'liuyang', 'sunlei', 'zhoujie', 'gaoyuan']],
  ['chat.zh', 'linxiaoyu', ['huting', 'heqian', 'zhenglan', 'guifang', 'laolin', 'linxiaoyang', 'zhaolei']],
  ['chat.zh', 'chenhao', ['sunlei', 'liangchen', 'zhangwei', 'gaoyuan', 'zhenglan', 'majun']],
  ['chat.zh', 'wangjing', ['liuyang', 'zhoujie', 'huting', 'liangchen']],
  ['chat.zh', 'liuyang', ['liangchen', 'zhangwei', 'huting']],
  ['chat.zh', 'zhaolei', ['wuqiang', 'heqian', 'majun', 'zhoujie']],
  ['chat.zh', 'gaoyuan', ['zhoujie', 'fengrui', 'hanxu', 'tangyu']],
  ['chat.zh', 'huting', ['heqian', 'wuqiang', 'xunan']],
  ['chat.zh', 'zhenglan', ['luoyi', 'guofeng', 'qingshu']],
  ['chat.zh', 'luoyi', ['teacherwang', 'guofeng', 'wuqiang']],
  ['chat.zh', 'yutongmama', ['teacherwang', 'haohanbaba']],
  ['chat.zh', 'songjia', ['xunan', 'liangchen', 'fengrui']],
  ['chat.zh', 'qingshu', ['qingshu01', 'qingshu02']],
  ['chat.zh', 'tangyu', ['hanxu', 'majun']],
  ['chat.en', 'emma', ['daniel', 'sofia', 'grace', 'linxiaoyu', 'priya']],
  ['chat.en', 'daniel', ['liam', 'priya', 'tom']],
  ['chat.en', 'grace', ['linxiaoyu', 'heqian', 'sofia', 'priya']],
  ['chat.en', 'priya', ['liangchen', 'liuyang', 'tom']],
  ['chat.en', 'liam', ['tangyu', 'tom']],
]
