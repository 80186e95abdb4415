"""What is known about names: surnames, how they are read, short forms, what stands for no name at all. Tables only."""

# The commonest first: of two readings of a spelling the commoner surname wins.
SURNAMES_BY_FREQUENCY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文"
    "施洪辛牛柯单俞齐樊殷温庄纪翟申耿关焦左柳甘祝包宁尚符舒阮纪梅童凌毕裴霍柴蒙鲍翁喻游苗欧岳成谷盛卞葛詹"
    "查仇解区倪颜聂章鲁傅邢穆饶池诸米桑管蓝宗冉滕苟娄屈阳古鞠卫伍季冷卓时车全涂路辜茅瞿连容岑薄卜朴那"
)
COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "诸葛",
        "上官",
        "司徒",
        "夏侯",
        "皇甫",
        "东方",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
        "长孙",
        "轩辕",
        "端木",
        "百里",
        "独孤",
        "南宫",
        "西门",
        "闻人",
        "澹台",
        "公冶",
        "太史",
        "万俟",
    ]
)
SURNAMES_READ_OTHERWISE = {
    "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "区": "ou", "任": "ren", "朴": "piao",
    "盖": "ge", "翟": "zhai", "冼": "xian", "缪": "miao", "乐": "yue", "员": "yun", "黑": "he", "重": "chong",
    "秘": "bi", "折": "she", "繁": "po", "种": "chong", "尹": "yin", "召": "shao", "不": "fou", "覃": "qin",
    "尉迟": "yuchi", "万俟": "moqi", "澹台": "tantai", "长孙": "zhangsun", "令狐": "linghu", "吕": "lv",
    "薄": "bo", "祭": "zhai", "车": "che", "沈": "shen", "石": "shi", "宁": "ning", "华": "hua", "牟": "mu", "卜": "bu",
}  # fmt: skip
# Characters of names that are taken for one another by eye or by a wrong key; sounds are compared as pinyin.
_LOOK_ALIKE = (
    "清情晴睛请婧靖 峰锋烽蜂逢 瑶遥摇谣 淇琪祺棋骐 玲铃伶岭龄 伟玮炜纬 妍研 婷停 辉晖挥 洁结 鹏朋棚 杨扬汤 涛铸 "
    "悦说锐 泽译择 浩皓活 凯恺 骏俊峻竣浚 莹营萤荧 蓉容榕溶 芬纷 佳桂娃 茜西 娟捐涓 怡治冶 楠南 昊吴旲 敏教 "
    "钰玉珏 博搏傅 梅海 洋样祥详 倩清 李季 王玉主 陈陆 孙孔 未末朱 田由甲申 白百自 候侯 祁祈 己已 泠冷 沈沉 崔催 "
    "于干千 戌戍成 史吏 邱丘 范苑 宋宗 许汗 吕昌 卢户 姚挑 谭潭 邹皱 熊能 郝郗 武式 汪注江 萧箫 贾贺 馨磬 雯斐 "
    "霖霞 宁宇 宏宠 彬杉 璐露 磊蕊 欣款 颖颍 晨辰震 丹舟 兰竺 亚业 小少 文丈 大太 天夫 力刀 方万 立亚 平乎 东乐 "
    "生牛 永水 雪雷 慧惠蕙 君若 春舂 明朋 兴光 国围 志忘 建健键 思恩 梦婪 艺芝 诗时 涵函 嘉喜 丽丙 静净 哲晢 睿容 "
    "奕弈变 翔羽 彤丹 萌明 菲非 曼慢 岚凤 凡几 迪笛 航杭 栋拣 桐铜 梓样 轩轨 鑫森"
)

LOOKS_LIKE = {character: group[0] for group in reversed(_LOOK_ALIKE.split()) for character in group}
# Every syllable of Mandarin in pinyin: an initial and its finals.
_FINALS = """
-: a ai an ang ao e ei en er o ou
b: a ai an ang ao ei en eng i ian iao ie in ing o u
p: a ai an ang ao ei en eng i ian iao ie in ing o ou u
m: a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u
f: a an ang ei en eng o ou u
d: a ai an ang ao e ei eng i ian iao ie ing iu ong ou u uan ui un uo
t: a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo
n: a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve
l: a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve
g: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
k: a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo
h: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
j: i ia ian iang iao ie in ing iong iu u uan ue un
q: i ia ian iang iao ie in ing iong iu u uan ue un
x: i ia ian iang iao ie in ing iong iu u uan ue un
zh: a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo
ch: a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo
sh: a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo
r: an ang ao e en eng i ong ou u ua uan ui un uo
z: a ai an ang ao e ei en eng i ong ou u uan ui un uo
c: a ai an ang ao e en eng i ong ou u uan ui un uo
s: a ai an ang ao e en eng i ong ou u uan ui un uo
y: a an ang ao e i in ing o ong ou u uan ue un
w: a ai an ang ei en eng o u
"""
SYLLABLES = tuple(
    initial.strip("-") + final
    for initial, _, finals in (line.partition(":") for line in _FINALS.strip().splitlines())
    for final in finals.split()
)
# Western given names that could be read as one or two syllables of pinyin: whoever has one may also be called 龙春.
_READ_AS_PINYIN = """
ada alan ana anna anne ben bo dale dan dana dane dani dean diana diane dina duke duncan gene hana hanna hanne
juan june kai kane karen kate ken lana lane lea lee lena leo lian lina linda lisa luca luke luna mai mei mia
mike milan mina mona nana nate nina pia sasha sean shane sue susan tasha tate tina wade wanda
"""
READ_AS_PINYIN_TOO = frozenset(_READ_AS_PINYIN.split())
HONORIFICS = ("先生", "女士", "小姐", "老师", "经理", "总监", "同学", "太太", "收", "总")
TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "prof",
        "sir",
        "madam",
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "phd",
        "md",
        "herr",
        "frau",
        "mme",
    ]
)
DUMMY_NAMES = frozenset(
    [
        "无",
        "匿名",
        "匿名用户",
        "测试",
        "测试用户",
        "未知",
        "客户",
        "顾客",
        "会员",
        "用户",
        "先生",
        "女士",
        "小姐",
        "暂无",
        "空",
        "n",
        "a",
        "na",
        "none",
        "null",
        "nil",
        "test",
        "unknown",
        "anonymous",
        "guest",
        "customer",
        "user",
        "noname",
        "not",
        "available",
        "tbd",
        "xxx",
        "xx",
        "x",
        "asdf",
    ]
) | {"n a", "no name", "not available", "test user", "test test"}

_SHORT_FORMS = """
robert: rob bob bobby robbie bert
william: will bill billy willy liam
richard: rick dick ricky rich richie
james: jim jimmy jamie
john: jack johnny jon
michael: mike mick mickey mikey
joseph: joe joey
thomas: tom tommy
charles: charlie chuck chas
daniel: dan danny
david: dave davy
edward: ed eddie ted ned
george: georgie
henry: harry hank hal
andrew: andy drew
anthony: tony
benjamin: ben benny benji
christopher: chris kit topher
alexander: alex sandy xander
samuel: sam sammy
matthew: matt matty
nicholas: nick nicky
patrick: pat paddy
peter: pete
philip: phil
ronald: ron ronnie
stephen: steve stevie steven
timothy: tim timmy
gregory: greg
lawrence: larry laurie
kenneth: ken kenny
raymond: ray
joshua: josh
jonathan: jonny jonathon
jacob: jake
zachary: zach zack
theodore: theo
frederick: fred freddie
leonard: len lenny leo
walter: walt wally
arthur: art artie
gerald: gerry jerry
jeffrey: jeff geoffrey geoff
douglas: doug
vincent: vince
francis: frank frankie fran
elizabeth: liz beth lizzie eliza betty libby lisa betsy
margaret: maggie meg peggy marge margie daisy
katherine: kate kathy katie kat cathy catherine kathryn kitty cath
mary: molly polly mae
susan: sue susie suzy susanna
deborah: deb debbie
patricia: patty trish tricia
jennifer: jen jenny jenn
jessica: jess jessie
barbara: barb babs
dorothy: dot dottie
victoria: vicky tori
alexandra: lexi sasha
samantha: sammie
rebecca: becky becca
christine: christina chrissie tina
amanda: mandy
pamela: pam
sandra: sandy
cynthia: cindy
abigail: abby gail
caroline: carrie carol
charlotte: lottie charlie
eleanor: ellie nell nora
emily: em emmy
isabella: bella izzy isabel
josephine: josie jo
judith: judy
kimberly: kim
madeline: maddie
natalie: nat nattie
olivia: liv livvy
penelope: penny
rachel: rach
stephanie: steph
teresa: terry tess theresa
valerie: val
virginia: ginny
gabrielle: gabby
jacqueline: jackie
heather: hettie
sarah: sally sadie
helen: nell ellen
frances: fanny
anne: annie ann anna nan
"""
NICKNAMES = {
    short: formal
    for formal, _, shorts in (line.partition(":") for line in _SHORT_FORMS.strip().splitlines())
    for short in shorts.split()
}
