/** Somebody who lives on the demo site. */
export interface Person {
  readonly username: string
  readonly nickname: string
  readonly sign: string
  /** What the picture shows: a face with long or short hair, or a thing. Without one the site draws a letter. */
  readonly picture?: 'long' | 'short' | 'flowers' | 'book'
  /** A member that serves customers, with canned replies. */
  readonly member?: true
  /** The member that opened this account. */
  readonly parent?: string
  /** Disabled by the administrator. */
  readonly disabled?: true
}

const person = (username: string, nickname: string, sign: string, more: Partial<Person> = {}): Person => ({
  username,
  nickname,
  sign,
  ...more,
})

const long = { picture: 'long' } as const
const short = { picture: 'short' } as const

/** The forty people, in the order in which they came. */
export const PEOPLE: readonly Person[] = [
  person('linxiaoyu', '林晓雨', '慢慢来，比较快', long),
  person('chenhao', '陈浩', '后端 / 骑行 / 猫', short),
  person('wangjing', '王静', '在画图', long),
  person('zhangwei', '张伟', '测不出问题才是问题'),
  person('liuyang', '刘洋', 'frontend & coffee', short),
  person('zhaolei', '赵蕾', '有事请留言'),
  person('sunlei', '孙磊', '备份了吗？'),
  person('zhoujie', '周洁', '世界那么大', long),
  person('wuqiang', '吴强', ''),
  person('zhenglan', '郑岚', '种花的人', long),
  person('heqian', '何倩', '读书、写字、走路'),
  person('gaoyuan', '高远', '山顶见', short),
  person('majun', '马骏', ''),
  person('huting', '胡婷', '今天也要好好吃饭', long),
  person('guofeng', '郭峰', '3 栋 1802'),
  person('luoyi', '罗怡', '两个孩子的妈'),
  person('liangchen', '梁晨', 'TypeScript 爱好者'),
  person('songjia', '宋嘉', 'Practice makes perfect', long),
  person('tangyu', '唐宇', '⚽'),
  person('xunan', '许楠', ''),
  person('hanxu', '韩旭', '周末不在线'),
  person('fengrui', '冯睿', '摄影约拍请私信', short),
  person('guifang', '桂芳', '平安是福', long),
  person('laolin', '老林', ''),
  person('linxiaoyang', '林晓阳', '打完这局就睡'),
  person('teacherwang', '王老师', '语文 · 三年二班', long),
  person('yutongmama', '雨桐妈妈', ''),
  person('haohanbaba', '浩瀚爸爸', ''),
  person('qingshu', '清舒花店', '每天 9:00–20:00，市内两小时送达', { member: true, picture: 'flowers' }),
  person('qingshu01', '清舒花店·小雅', '售前咨询', { parent: 'qingshu' }),
  person('qingshu02', '清舒花店·阿杰', '配送与售后', { parent: 'qingshu' }),
  person('emma', 'Emma Clarke', 'One more chapter', long),
  person('daniel', 'Daniel Kim', 'Sunday league legend', short),
  person('sofia', 'Sofia Rossi', ''),
  person('liam', 'Liam Murphy', 'Probably outside', short),
  person('priya', 'Priya Nair', 'Ship small, ship often', long),
  person('tom', 'Tom Becker', ''),
  person('grace', 'Grace Liu', 'Teacher, reader, terrible cook', long),
  person('harborbooks', 'Harbor Books', 'Independent bookshop, open every day', {
    member: true,
    picture: 'book',
  }),
  person('dijia888', '低价代购', '加我有惊喜', { disabled: true }),
]

const nicknames = new Map(PEOPLE.map(({ username, nickname }) => [username, nickname]))

/** The name that people see of one of the forty. */
export function nicknameOf(username: string): string {
  const nickname = nicknames.get(username)
  if (nickname === undefined) throw new RangeError(`nobody is called ${username}`)
  return nickname
}

/** Who calls whom what. */
export const REMARKS: ReadonlyArray<readonly [who: string, friend: string, remark: string]> = [
  ['linxiaoyu', 'guifang', '妈妈'],
  ['linxiaoyu', 'laolin', '爸爸'],
  ['linxiaoyu', 'linxiaoyang', '弟弟'],
  ['linxiaoyu', 'chenhao', '浩哥'],
  ['linxiaoyu', 'emma', 'Emma (book club)'],
  ['guifang', 'linxiaoyu', '闺女'],
  ['laolin', 'linxiaoyu', '闺女'],
  ['linxiaoyang', 'linxiaoyu', '老姐'],
  ['liuyang', 'liangchen', '小梁'],
  ['chenhao', 'sunlei', '运维老孙'],
  ['emma', 'daniel', 'Dan'],
]

/** A request to be friends; open ones wait for an answer. */
export interface Request {
  readonly from: string
  readonly to: string
  readonly postscript: string
  readonly decision?: 'agree' | 'refuse'
}

export const REQUESTS: readonly Request[] = [
  { from: 'songjia', to: 'linxiaoyu', postscript: '你好，我是英语角的宋嘉', decision: 'agree' },
  { from: 'liam', to: 'priya', postscript: 'Liam from football', decision: 'agree' },
  { from: 'dijia888', to: 'linxiaoyu', postscript: '美女你好，代购了解一下', decision: 'refuse' },
  { from: 'fengrui', to: 'linxiaoyu', postscript: '我是冯睿，上次徒步的照片想发给你' },
  { from: 'hanxu', to: 'linxiaoyu', postscript: '' },
  { from: 'sofia', to: 'linxiaoyu', postscript: 'Hi, Sofia from the book club!' },
  { from: 'yutongmama', to: 'luoyi', postscript: '我是雨桐妈妈，三年二班的' },
  { from: 'haohanbaba', to: 'luoyi', postscript: '浩瀚爸爸' },
  { from: 'tangyu', to: 'daniel', postscript: 'Tang Yu, left wing 😄' },
  { from: 'guofeng', to: 'chenhao', postscript: '楼上邻居，1802' },
  { from: 'tom', to: 'emma', postscript: 'Tom here, we met at the park' },
  { from: 'xunan', to: 'gaoyuan', postscript: '想参加下次徒步' },
]
