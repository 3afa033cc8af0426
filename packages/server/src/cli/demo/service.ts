/** A canned reply: 1 welcome, 2 quick reply, 3 FAQ. */
interface Canned {
  readonly type: 1 | 2 | 3
  readonly title: string
  readonly content: string
  readonly keyword?: string
  readonly weights?: number
  readonly is_default?: 1
}

/** The replies of the members, by username. */
export const REPLIES: Readonly<Record<string, readonly Canned[]>> = {
  qingshu: [
    {
      type: 1,
      title: '欢迎语',
      content: '您好，欢迎光临清舒花店！可以直接告诉我送花的日子和预算，也可以点下面的常见问题。',
      is_default: 1,
    },
    { type: 1, title: '打烊后', content: '您好，现在已打烊，明早九点为您回复。' },
    { type: 2, title: '稍等', content: '请稍等，我帮您看一下库存。' },
    { type: 2, title: '确认地址', content: '麻烦发一下收花人的姓名、电话和地址。' },
    { type: 2, title: '感谢', content: '感谢您的光临，祝您生活愉快！[表情21]' },
    {
      type: 3,
      title: '多久能送到？',
      keyword: '多久,配送,送到,送达',
      content: '市内下单后两小时内送达，也可以预约时间；晚上八点后下单次日上午送。',
      weights: 30,
    },
    {
      type: 3,
      title: '价格怎么样？',
      keyword: '多少钱,价格,价位',
      content: '日常花束 99 元起，节日花束 168 元起，可以按预算搭配。',
      weights: 20,
    },
    { type: 3, title: '营业时间', keyword: '营业,几点', content: '每天 9:00–20:00，全年无休。', weights: 10 },
    {
      type: 3,
      title: '可以开发票吗？',
      keyword: '发票',
      content: '可以，电子发票当天发到您的邮箱。',
      weights: 5,
    },
  ],
  harborbooks: [
    {
      type: 1,
      title: 'Welcome',
      content: 'Hello, and welcome to Harbor Books! Ask us for any title; the usual questions are below.',
      is_default: 1,
    },
    { type: 2, title: 'In stock', content: 'Yes, we have it here. Shall we put one aside for you?' },
    {
      type: 2,
      title: 'To order',
      content: 'We can have it in two to three days. Would you like us to order it?',
    },
    {
      type: 3,
      title: 'When are you open?',
      keyword: 'open,hours,close',
      content: 'Monday to Saturday 9:30 to 18:00, Sunday 11:00 to 17:00.',
      weights: 20,
    },
    {
      type: 3,
      title: 'Do you deliver?',
      keyword: 'deliver,ship,post',
      content: 'We post books every weekday at noon. Orders over 30 are free.',
      weights: 30,
    },
    {
      type: 3,
      title: 'Gift cards',
      keyword: 'gift card,voucher',
      content: 'Gift cards come in any amount, on paper or by e-mail.',
      weights: 10,
    },
  ],
}

/** What a visitor and a member say to each other. */
export interface Visit {
  readonly visitor: string
  readonly member: string
  readonly daysAgo: number
  /** `v` the visitor, `m` the member; `automatic`: how many answers the site gives by itself. */
  readonly lines: ReadonlyArray<{
    readonly by: 'v' | 'm'
    readonly text: string
    readonly automatic?: number
  }>
}

/** The temporary sessions: people who are no friends of the member. */
export const VISITS: readonly Visit[] = [
  {
    visitor: 'majun',
    member: 'qingshu',
    daysAgo: 12,
    lines: [
      { by: 'v', text: '你好，在吗', automatic: 1 },
      { by: 'v', text: '生日花束一般多少钱？', automatic: 1 },
      { by: 'm', text: '您好，请问是送给谁的呢？' },
      { by: 'v', text: '送妈妈，后天要' },
      { by: 'm', text: '推荐康乃馨配百合，198 元一束，寓意很好' },
      { by: 'v', text: '好，就这个，下单后多久能送到？', automatic: 1 },
      { by: 'v', text: '明白了，谢谢' },
      { by: 'm', text: '感谢您的光临，祝您生活愉快！[表情21]' },
    ],
  },
  {
    visitor: 'songjia',
    member: 'qingshu',
    daysAgo: 6,
    lines: [
      { by: 'v', text: '请问营业时间是？', automatic: 2 },
      { by: 'v', text: '周日可以自提吗' },
      { by: 'm', text: '可以的，到店报手机号就行' },
      { by: 'v', text: '能开发票吗？', automatic: 1 },
      { by: 'v', text: '好的' },
    ],
  },
  {
    visitor: 'linxiaoyu',
    member: 'qingshu',
    daysAgo: 2,
    lines: [
      { by: 'v', text: '你好，想给妈妈订一束花，她喜欢绣球', automatic: 1 },
      { by: 'm', text: '绣球今天刚到，蓝色和粉色都有，您看喜欢哪种？' },
      { by: 'v', text: '蓝色，周六上午送' },
      { by: 'm', text: '好的，麻烦发一下收花人的姓名、电话和地址。' },
    ],
  },
  {
    visitor: 'sofia',
    member: 'harborbooks',
    daysAgo: 9,
    lines: [
      { by: 'v', text: 'Hi! Do you have Piranesi in stock?', automatic: 1 },
      { by: 'm', text: 'Yes, two copies. Shall we put one aside for you?' },
      { by: 'v', text: 'Please! When are you open?', automatic: 1 },
      { by: 'v', text: 'Perfect, I will come by on Saturday' },
      { by: 'm', text: 'See you then!' },
    ],
  },
  {
    visitor: 'liam',
    member: 'harborbooks',
    daysAgo: 3,
    lines: [
      { by: 'v', text: 'Do you ship to Galway?', automatic: 2 },
      { by: 'v', text: 'Great. And do you sell gift cards?', automatic: 1 },
      { by: 'm', text: 'We do. Shall we send you one by e-mail?' },
      { by: 'v', text: 'Yes please, 25' },
    ],
  },
  {
    visitor: 'fengrui',
    member: 'linxiaoyu',
    daysAgo: 1,
    lines: [
      { by: 'v', text: '你好，我是上次一起徒步的冯睿，给你拍了几张照片' },
      { by: 'v', text: '加一下好友，我发你原图' },
    ],
  },
]

/** How many messages the visits leave. */
export const VISIT_MESSAGES = VISITS.reduce(
  (sum, { lines }) => sum + lines.reduce((count, { automatic = 0 }) => count + 1 + automatic, 0),
  0,
)
