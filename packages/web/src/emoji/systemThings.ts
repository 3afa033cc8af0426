/* Everything but people: see system.ts for what a line says. */

export const NATURE = `
🐶 狗|dog
🐱 猫|cat
🐭 老鼠|mouse
🐹 仓鼠|hamster
🐰 兔子|rabbit
🦊 狐狸|fox
🐻 熊|bear
🐼 熊猫|panda
🐯 老虎|tiger
🦁 狮子|lion
🐮 牛|cow
🐷 猪|pig
🐸 青蛙|frog
🐵 猴子|monkey
🐔 鸡|chicken
🐧 企鹅|penguin
🐦 鸟|bird
🐤 小鸡|chick
🦄 独角兽|unicorn
🐴 马|horse
🐑 羊|sheep
🐍 蛇|snake
🐲 龙|dragon
🐢 乌龟|turtle
🐠 鱼|fish
🐬 海豚|dolphin
🐳 鲸鱼|whale
🐙 章鱼|octopus
🦋 蝴蝶|butterfly
🐝 蜜蜂|bee
🐞 瓢虫|ladybird
🌹 玫瑰|rose
🌸 樱花|cherry blossom
🌻 向日葵|sunflower
🌷 郁金香|tulip
💐 花束|bouquet
🥀 枯萎|wilted flower
🌱 发芽|seedling
🌲 松树|evergreen
🌵 仙人掌|cactus
🍀 四叶草|four-leaf clover
🍁 枫叶|maple leaf
🌙 月亮|moon
⭐ 星星|star
🌟 闪亮的星|glowing star
☀️ 太阳|sun
⛅ 多云|cloudy
🌧️ 下雨|rain
⛈️ 雷雨|thunderstorm
❄️ 雪花|snowflake
⛄ 雪人|snowman
🌈 彩虹|rainbow
🔥 火|fire
💧 水滴|droplet
🌊 海浪|wave`

export const FOOD = `
🍎 苹果|apple
🍊 橘子|orange
🍋 柠檬|lemon
🍌 香蕉|banana
🍉 西瓜|watermelon
🍇 葡萄|grapes
🍓 草莓|strawberry
🍑 桃子|peach
🍍 菠萝|pineapple
🥝 猕猴桃|kiwi
🍅 番茄|tomato
🥑 牛油果|avocado
🌽 玉米|corn
🥕 胡萝卜|carrot
🌶️ 辣椒|chili
🍞 面包|bread
🥚 鸡蛋|egg
🍗 鸡腿|drumstick
🥩 肉|meat
🍔 汉堡|burger
🍟 薯条|fries
🍕 披萨|pizza
🌭 热狗|hot dog
🍜 面条|noodles
🍚 米饭|rice
🍙 饭团|rice ball
🍣 寿司|sushi
🥟 饺子|dumpling
🥮 月饼|mooncake
🍲 火锅|hot pot
🍦 冰淇淋|ice cream
🍩 甜甜圈|doughnut
🍪 饼干|cookie
🎂 生日蛋糕|birthday cake
🍰 蛋糕|cake
🍫 巧克力|chocolate
🍬 糖果|candy
🍭 棒棒糖|lollipop
🥛 牛奶|milk
☕ 咖啡|coffee
🍵 茶|tea
🍺 啤酒|beer
🍻 干杯|cheers
🍷 红酒|wine
🥤 饮料|soft drink
🍾 香槟|champagne
🥢 筷子|chopsticks`

export const ACTIVITY = `
🎉 撒花|party popper
🎊 彩球|confetti
🎈 气球|balloon
🎁 礼物|gift
🧧 红包|red envelope
🧨 鞭炮|firecracker
🎆 烟花|fireworks
🏮 灯笼|lantern
🎄 圣诞树|Christmas tree
🎃 南瓜灯|jack-o’-lantern
🎀 蝴蝶结|ribbon
🏆 奖杯|trophy
🥇 金牌|gold medal
⚽ 足球|football
🏀 篮球|basketball
🏸 羽毛球|badminton
🏓 乒乓球|ping-pong
🎾 网球|tennis
🏐 排球|volleyball
🎱 台球|billiards
🏊 游泳|swimming
🚴 骑车|cycling
🎮 游戏|game
🎲 骰子|dice
🀄 麻将|mahjong
🎯 靶心|bullseye
🎤 唱歌|microphone
🎧 耳机|headphones
🎸 吉他|guitar
🎹 钢琴|piano
🎨 画画|painting
🎬 电影|film`

export const TRAVEL = `
🚗 汽车|car
🚕 出租车|taxi
🚌 公交车|bus
🚇 地铁|metro
🚄 高铁|fast train
🚲 自行车|bicycle
🛵 电动车|scooter
✈️ 飞机|plane
🚀 火箭|rocket
🚢 轮船|ship
🚦 红绿灯|traffic lights
🗺️ 地图|map
🧳 行李|luggage
🏠 家|home
🏢 公司|office
🏫 学校|school
🏥 医院|hospital
🏨 酒店|hotel
🏖️ 海滩|beach
⛰️ 山|mountain
⛺ 露营|camping
🌅 日出|sunrise
🌃 夜景|night`

export const OBJECTS = `
📱 手机|phone
💻 电脑|computer
⌨️ 键盘|keyboard
🖨️ 打印机|printer
📷 相机|camera
📺 电视|television
💡 灯泡|idea
🔋 电池|battery
🔌 插头|plug
💰 钱袋|money bag
💳 银行卡|bank card
🛒 购物车|shopping cart
📦 快递|parcel
📧 邮件|e-mail
📎 回形针|paper clip
📌 图钉|pin
📅 日历|calendar
⏰ 闹钟|alarm clock
⏳ 沙漏|hourglass
📚 书|books
📝 备忘|memo
✏️ 铅笔|pencil
📈 上涨|chart up
📉 下跌|chart down
🔍 搜索|search
🔒 锁|lock
🔑 钥匙|key
🔨 锤子|hammer
🔧 扳手|wrench
💊 药|pill
💉 打针|syringe
👓 眼镜|glasses
👗 裙子|dress
👟 运动鞋|trainers
👜 包|handbag
💄 口红|lipstick
💍 戒指|ring
☂️ 雨伞|umbrella
🛏️ 床|bed
🚿 洗澡|shower
🧹 扫把|broom
🗑️ 垃圾桶|bin`

export const SYMBOLS = `
❤️ 红心|red heart
🧡 橙心|orange heart
💛 黄心|yellow heart
💚 绿心|green heart
💙 蓝心|blue heart
💜 紫心|purple heart
🖤 黑心|black heart
💔 心碎|broken heart
💕 两颗心|two hearts
💖 闪亮的心|sparkling heart
💘 一箭穿心|heart with arrow
💯 一百分|hundred
💢 怒|anger
💥 爆炸|boom
💦 汗水|sweat drops
💤 睡觉|sleep
💬 对话|speech bubble
✅ 完成|done
❌ 错误|cross
❓ 疑问|question
❗ 感叹|exclamation
⚠️ 警告|warning
⛔ 禁止|no entry
🆗 好|OK
🆕 新|new
🔴 红点|red dot
🟢 绿点|green dot
✨ 闪闪|sparkles
🎵 音符|music
🔔 铃铛|bell
➕ 加|plus
➖ 减|minus
➡️ 向右|right arrow
⬅️ 向左|left arrow
🔄 刷新|refresh
🇨🇳 中国|China`
