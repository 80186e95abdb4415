"""What people, places and goods are called, in Chinese and in English. Lists only; nothing is chosen here.

Surnames carry their share of the population in per cent (rounded; from the published census rankings). Mail domains
and telephone numbers are ones that can belong to nobody: RFC 2606 and 6761 names, +1 NXX 555-01XX, the numbers
Ofcom keeps for drama, and the Chinese mobile prefix 154, which no carrier holds.
"""


def _table(text: str) -> list[list[str]]:
    return [entry.split() for entry in text.split(",")]


def _words(text: str) -> list[str]:
    return text.split()


CHINESE_SURNAMES = _table(
    "王 Wang 7.2, 李 Li 7.2, 张 Zhang 6.8, 刘 Liu 5.4, 陈 Chen 4.6, 杨 Yang 3.1, 黄 Huang 2.2, 赵 Zhao 2.1,"
    "吴 Wu 2.1, 周 Zhou 2.0, 徐 Xu 1.5, 孙 Sun 1.4, 马 Ma 1.3, 朱 Zhu 1.2, 胡 Hu 1.2, 郭 Guo 1.1, 何 He 1.1,"
    "林 Lin 1.1, 高 Gao 1.0, 罗 Luo 1.0, 郑 Zheng 0.9, 梁 Liang 0.9, 谢 Xie 0.8, 宋 Song 0.7, 唐 Tang 0.7,"
    "许 Xu 0.7, 韩 Han 0.6, 邓 Deng 0.6, 曹 Cao 0.6, 彭 Peng 0.6, 曾 Zeng 0.6, 吕 Lü 0.5, 单 Shan 0.1, 欧阳 Ouyang 0.1"
)
CHINESE_GIVEN = _table(
    "伟 wei, 芳 fang, 娜 na, 敏 min, 静 jing, 丽 li, 强 qiang, 磊 lei, 军 jun, 洋 yang, 勇 yong, 艳 yan, 杰 jie,"
    "涛 tao, 明 ming, 超 chao, 秀 xiu, 霞 xia, 平 ping, 刚 gang, 桂 gui, 英 ying, 华 hua, 文 wen, 玲 ling, 婷 ting,"
    "雪 xue, 宇 yu, 浩 hao, 欣 xin, 晨 chen, 佳 jia, 思 si, 涵 han, 轩 xuan, 怡 yi, 悦 yue, 博 bo"
)
WESTERN_SURNAMES = _words(
    "Smith Jones Taylor Brown Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall "
    "Wood Jackson Clarke Harris Martin Cooper King Lee Baker Moore Allen Scott Miller Davis Anderson O'Brien"
)
WESTERN_GIVEN = _words(
    "Olivia Emma Amelia Sophia Charlotte Isla Grace Lily Emily Ava Mary Patricia Linda Susan Karen Oliver George "
    "Noah Arthur Leo Henry Jack James Robert John Michael David William Thomas Daniel"
)
COUNTRIES = {"China": 60, "United Kingdom": 20, "United States": 14, "Canada": 6}
COUNTRY_CODES = {"China": "CN", "United Kingdom": "GB", "United States": "US", "Canada": "CA"}
CITIES = {
    "China": _table("上海 Shanghai, 北京 Beijing, 深圳 Shenzhen, 广州 Guangzhou, 成都 Chengdu, 西安 Xi'an"),
    "United Kingdom": _table("London, Leeds, Bristol, Glasgow"),
    "United States": _table("Chicago, Seattle, Boston, Denver"),
    "Canada": _table("Toronto, Montreal, Calgary"),
}
MAIL_DOMAINS = ["example.com", "example.net", "example.org", "mail.example", "post.test"]
COMPANY_WORDS = _table("明华 Minghua, 东方 Dongfang, 新安 Xin'an, 百川 Baichuan, 长青 Changqing, 锦程 Jincheng")
INDUSTRIES = ["Retail", "Hospitality", "Education", "Manufacturing", "Technology", "Media"]

# Stock codes begin with; goods of a category from cheap to dear, with their price in pounds.
PRODUCTS = {
    "21": {"Tea bags 袋泡茶": 3.25, "Jasmine tea 茉莉花茶": 6.5, "Green tea 龙井绿茶": 9.95, "Pu'er cake 普洱茶饼": 24},
    "22": {"Chopsticks 竹筷": 2.1, "Rice bowl 青花饭碗": 4.95, "Steamer 竹蒸笼": 12.75, "Wok 铁锅": 32.5},
    "23": {"Candle 香薰蜡烛": 2.95, "Cushion 抱枕": 8.5, "Paper lantern 纸灯笼": 11.95, "Silk throw 真丝盖毯": 59},
    "84": {"Pencil 铅笔": 0.42, "Notebook 笔记本": 2.55, "Brush set 毛笔套装": 8.25, "Ink stone 砚台": 27.5},
    "85": {"Gift card 贺卡": 0.85, "Red envelope 红包": 1.65, "Tea gift box 茶礼盒": 18.95, "Jade charm 玉坠": 45},
}
