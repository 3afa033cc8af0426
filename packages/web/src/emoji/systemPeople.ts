/* Faces, hands and people: see system.ts for what a line says. */

export const SMILEYS = `
😀 咧嘴笑|grinning
😃 开怀笑|big smile
😄 眯眼笑|smiling eyes
😁 露齿笑|beaming
😆 大笑|laughing
😅 苦笑|sweat smile
🤣 笑翻了|rolling laughing
😂 笑哭|tears of joy
🙂 微笑|slight smile
🙃 倒脸|upside down
😉 眨眼|wink
😊 羞涩微笑|blush
😇 天使|angel
🥰 喜爱|smiling with hearts
😍 花痴|heart eyes
🤩 星星眼|star struck
😘 飞吻|blowing a kiss
😗 亲吻|kissing
😚 闭眼亲吻|kissing, closed eyes
😋 好吃|yummy
😛 吐舌|tongue
😜 眨眼吐舌|winking tongue
🤪 疯狂|zany
😝 闭眼吐舌|squinting tongue
🤑 财迷|money mouth
🤗 抱抱|hugging
🤭 捂嘴笑|hand over mouth
🤫 安静|shushing
🤔 思考|thinking
🤐 闭嘴|zipped mouth
🤨 挑眉|raised eyebrow
😐 面无表情|neutral
😑 无语|expressionless
😶 沉默|no mouth
😏 得意|smirk
😒 不高兴|unamused
🙄 翻白眼|rolling eyes
😬 尴尬|grimace
😌 如释重负|relieved
😔 失落|pensive
😪 困倦|sleepy
🤤 流口水|drooling
😴 睡着|asleep
😷 口罩|medical mask
🤒 发烧|thermometer
🤕 受伤|bandaged head
🤢 恶心|nauseated
🤮 呕吐|vomiting
🤧 打喷嚏|sneezing
🥵 好热|hot face
🥶 好冷|cold face
🥴 微醺|woozy
😵 晕倒|knocked out
🤯 爆炸头|mind blown
🤠 牛仔|cowboy
🥳 庆祝|party face
😎 墨镜|sunglasses
🤓 书呆子|nerd
🧐 单片眼镜|monocle
😕 困惑|confused
😟 担心|worried
🙁 不开心|slight frown
😮 惊讶|open mouth
😯 愣住|hushed
😲 震惊|astonished
😳 脸红|flushed
🥺 恳求|pleading
😦 皱眉|frowning, open mouth
😨 害怕|fearful
😰 冷汗|anxious
😥 失望|sad but relieved
😢 流泪|crying
😭 大哭|sobbing
😱 尖叫|screaming
😖 难受|confounded
😣 忍耐|persevering
😞 沮丧|disappointed
😓 流汗|cold sweat
😩 疲惫|weary
😫 累|tired
🥱 打哈欠|yawning
😤 哼|huffing
😡 生气|enraged
😠 愤怒|angry
🤬 骂人|swearing
😈 恶魔笑|smiling devil
👿 恶魔|angry devil
💀 骷髅|skull
💩 便便|poo
🤡 小丑|clown
👻 鬼|ghost
👽 外星人|alien
🤖 机器人|robot
😺 猫笑|smiling cat
🙈 非礼勿视|see no evil
🙉 非礼勿听|hear no evil
🙊 非礼勿言|speak no evil`

export const PEOPLE = `
👋 挥手|waving hand
✋ 举手|raised hand
👌 好的|OK hand
🤏 一点点|pinching
✌️ 胜利|victory
🤞 祈愿|crossed fingers
🤟 爱你|love you
🤘 摇滚|rock on
🤙 打电话|call me
👈 左边|pointing left
👉 右边|pointing right
👆 上面|pointing up
👇 下面|pointing down
☝️ 第一|index finger
👍 赞|thumbs up
👎 踩|thumbs down
✊ 握拳|raised fist
👊 碰拳|fist bump
👏 鼓掌|clapping
🙌 举双手|raising hands
🤲 捧手|palms up
🤝 握手|handshake
🙏 拜托|folded hands
✍️ 写字|writing hand
💪 加油|strong arm
👀 看|eyes
👂 耳朵|ear
👄 嘴巴|mouth
👶 宝宝|baby
👦 男孩|boy
👧 女孩|girl
👨 男人|man
👩 女人|woman
👴 爷爷|old man
👵 奶奶|old woman
🙅 不行|no gesture
🙆 可以|OK gesture
🙋 我来|raising hand
🙇 鞠躬|bowing
🤦 捂脸|facepalm
🤷 耸肩|shrug
💃 跳舞|dancing
🏃 跑步|running
👫 情侣|couple
👪 一家人|family
🎅 圣诞老人|Santa
👑 皇冠|crown`
