"""What people, places and companies are called, in Chinese and in English. Lists only; nothing is chosen here.

Surnames carry their share of the population: China in per cent (rounded, from the published police registers),
elsewhere per ten thousand (rounded, United States census and British registers together). Given names carry weights of
the same kind, so that 张伟 and John Smith collide as often as in life. Mail domains and telephone numbers can belong to
nobody: see README.md.
"""

import numpy as np


def _table(text: str) -> list[np.ndarray]:
    """Comma-separated entries of several words -> one array a word place."""
    rows = [entry.split() for entry in text.split(",")]
    return [np.array(column, dtype=object) for column in zip(*rows, strict=True)]


CHINESE_SURNAMES = _table(
    "王 Wang 7.10,李 Li 7.00,张 Zhang 6.74,刘 Liu 5.10,"
    "陈 Chen 4.61,杨 Yang 3.22,黄 Huang 2.45,吴 Wu 2.00,赵 Zhao 2.00,"
    "周 Zhou 1.90,徐 Xu 1.45,孙 Sun 1.38,马 Ma 1.29,朱 Zhu 1.28,胡 Hu 1.16,林 Lin 1.13,郭 Guo 1.13,何 He 1.06,"
    "高 Gao 1.00,罗 Luo 0.95,郑 Zheng 0.93,梁 Liang 0.85,"
    "谢 Xie 0.76,宋 Song 0.70,唐 Tang 0.69,许 Xu 0.66,邓 Deng 0.62,"
    "冯 Feng 0.62,韩 Han 0.61,曹 Cao 0.60,曾 Zeng 0.58,"
    "彭 Peng 0.58,萧 Xiao 0.56,蔡 Cai 0.53,潘 Pan 0.52,田 Tian 0.52,"
    "董 Dong 0.51,袁 Yuan 0.50,于 Yu 0.48,余 Yu 0.48,叶 Ye 0.48,蒋 Jiang 0.47,杜 Du 0.47,苏 Su 0.46,魏 Wei 0.45,"
    "程 Cheng 0.45,吕 Lu 0.45,丁 Ding 0.43,沈 Shen 0.41,任 Ren 0.41,姚 Yao 0.40,卢 Lu 0.40,傅 Fu 0.40,钟 Zhong 0.40,"
    "姜 Jiang 0.39,崔 Cui 0.38,谭 Tan 0.38,廖 Liao 0.37,范 Fan 0.36,汪 Wang 0.36,陆 Lu 0.36,金 Jin 0.35,石 Shi 0.34,"
    "戴 Dai 0.34,贾 Jia 0.33,韦 Wei 0.32,夏 Xia 0.32,邱 Qiu 0.32,方 Fang 0.31,侯 Hou 0.30,邹 Zou 0.29,熊 Xiong 0.29,"
    "孟 Meng 0.28,秦 Qin 0.27,白 Bai 0.26,江 Jiang 0.26,阎 Yan 0.26,薛 Xue 0.25,尹 Yin 0.25,段 Duan 0.24,雷 Lei 0.24,"
    "黎 Li 0.22,史 Shi 0.21,龙 Long 0.21,陶 Tao 0.21,贺 He 0.20,顾 Gu 0.20,毛 Mao 0.19,郝 Hao 0.19,龚 Gong 0.19,"
    "邵 Shao 0.19,万 Wan 0.18,覃 Qin 0.18,武 Wu 0.18,钱 Qian 0.17,戚 Qi 0.10,单 Shan 0.07,欧阳 Ouyang 0.07,"
    "司马 Sima 0.02,诸葛 Zhuge 0.02"
)
# One character alone (as 张伟) and as parts of two; F, M or both, weight alone, weight as first, weight as second.
CHINESE_GIVEN = _table(
    "伟 wei M 9 3 6,芳 fang F 8 2 5,娜 na F 7 1 5,敏 min B 6 3 4,"
    "静 jing F 7 4 4,丽 li F 7 6 4,强 qiang M 6 2 4,磊 lei M 6 1 3,"
    "军 jun M 6 3 5,洋 yang B 5 1 3,勇 yong M 5 2 4,艳 yan F 5 5 4,杰 jie M 5 3 6,涛 tao M 5 1 4,明 ming M 4 6 6,"
    "超 chao M 4 2 3,秀 xiu F 1 7 1,霞 xia F 3 1 4,平 ping B 3 2 5,刚 gang M 3 2 3,桂 gui B 0 5 1,英 ying F 2 3 6,"
    "华 hua B 3 3 7,文 wen B 2 8 4,玲 ling F 3 2 5,婷 ting F 4 3 6,雪 xue F 3 5 2,宇 yu M 3 6 4,浩 hao M 3 7 3,"
    "欣 xin F 3 6 4,晨 chen B 3 3 4,佳 jia B 3 8 4,思 si B 1 7 1,涵 han F 2 2 7,轩 xuan M 2 1 7,怡 yi F 2 4 5,"
    "悦 yue F 2 3 3,博 bo M 2 5 3,建 jian M 1 8 1,国 guo M 1 7 2,志 zhi M 1 8 1,晓 xiao B 1 9 0,小 xiao B 0 8 0,"
    "春 chun B 2 4 3,梅 mei F 3 4 5,兰 lan F 2 2 5,红 hong F 4 4 5,鑫 xin M 4 3 3,鹏 peng M 4 3 5,飞 fei M 4 2 4,"
    "斌 bin M 4 1 4,辉 hui M 3 2 4,波 bo M 3 1 4,龙 long M 3 3 4,云 yun B 3 4 4,燕 yan F 4 3 4,琴 qin F 2 1 4,"
    "萍 ping F 3 1 4,倩 qian F 4 2 3,颖 ying F 4 3 4,琳 lin F 3 3 4,洁 jie F 3 2 3,凯 kai M 4 4 3,俊 jun M 3 7 3,"
    "梓 zi B 0 6 1,子 zi B 0 8 1,雨 yu F 1 7 2,诗 shi F 1 4 1,"
    "梦 meng F 1 5 2,嘉 jia B 1 6 2,天 tian M 1 4 1,泽 ze M 1 4 3"
)
WESTERN_SURNAMES = _table(
    "Smith 88,Johnson 66,Williams 56,Brown 55,Jones 58,Miller 39,Davis 40,Wilson 34,Taylor 34,Anderson 27,Thomas 28,"
    "Jackson 24,White 26,Harris 22,Martin 26,Thompson 26,Moore 24,"
    "Clark 20,Lewis 20,Walker 21,Hall 19,Allen 17,Young 17,"
    "King 17,Wright 18,Scott 15,Green 16,Baker 15,Adams 13,"
    "Nelson 13,Hill 14,Campbell 14,Mitchell 13,Roberts 15,Carter 12,"
    "Phillips 12,Evans 15,Turner 13,Parker 11,Collins 11,Edwards 12,Stewart 12,Morris 11,Murphy 11,Cook 11,Rogers 9,"
    "Cooper 11,Bailey 9,Reed 9,Kelly 10,Howard 8,Ward 9,Watson 8,"
    "Wood 10,Bennett 8,Gray 8,Hughes 9,Price 8,Long 6,Foster 6,"
    "Patel 16,Khan 9,Singh 9,Garcia 20,Martinez 16,Lee 20,"
    "Wang 4,Chen 4,Li 3,O'Brien 4,O'Connor 3,McDonald 5,MacLeod 2,"
    "Smith-Jones 1,Fitzgerald 2,Robinson 16,Davies 12,Clarke 8,Jenkins 6,Butler 6"
)
# Name, F or M, weight, what friends say.
WESTERN_GIVEN = _table(
    "Mary F 9 Molly,Patricia F 7 Pat,Jennifer F 7 Jenny,"
    "Linda F 6 Lin,Elizabeth F 8 Liz,Barbara F 5 Barb,Susan F 6 Sue,"
    "Jessica F 6 Jess,Sarah F 7 Sally,Karen F 5 Kaz,"
    "Margaret F 5 Maggie,Katherine F 5 Kate,Emily F 6 Em,Amelia F 5 Millie,"
    "Olivia F 6 Liv,Charlotte F 5 Lottie,Sophia F 5 Sophie,Rebecca F 4 Becky,Samantha F 4 Sam,Victoria F 4 Vicky,"
    "Alexandra F 3 Alex,Christine F 3 Chris,Emma F 6 Em,Grace F 4 Gracie,Isabella F 4 Bella,"
    "James M 9 Jim,Robert M 8 Bob,John M 9 Jack,Michael M 8 Mike,David M 8 Dave,William M 8 Bill,Richard M 6 Dick,"
    "Joseph M 5 Joe,Thomas M 7 Tom,Charles M 5 Charlie,Christopher M 5 Chris,Daniel M 6 Dan,Matthew M 5 Matt,"
    "Anthony M 4 Tony,Andrew M 5 Andy,Steven M 4 Steve,"
    "Edward M 4 Ted,Benjamin M 4 Ben,Samuel M 4 Sam,Alexander M 4 Alex,"
    "Oliver M 5 Ollie,George M 5 Georgie,Nicholas M 4 Nick,Jonathan M 3 Jon,Peter M 4 Pete"
)
ENGLISH_OF_CHINESE = np.array(
    ["Vivian", "Cindy", "Jason", "Kevin", "Tony", "Lucy", "Coco", "Leo", "Eric", "Amy", "Grace", "Jerry"], dtype=object
)
# Country, province, city, city in letters, weight, postcode of the city.
CITIES = {
    0: _table(
        "上海 上海 Shanghai 12 2000,北京 北京 Beijing 11 1000,广东 深圳 Shenzhen 9 5180,广东 广州 Guangzhou 9 5100,"
        "四川 成都 Chengdu 7 6100,浙江 杭州 Hangzhou 6 3100,重庆 重庆 Chongqing 6 4000,湖北 武汉 Wuhan 5 4300,"
        "江苏 苏州 Suzhou 5 2150,江苏 南京 Nanjing 4 2100,陕西 西安 Xi'an 4 7100,天津 天津 Tianjin 4 3000,"
        "湖南 长沙 Changsha 3 4100,山东 青岛 Qingdao 3 2660,河南 郑州 Zhengzhou 3 4500,福建 厦门 Xiamen 2 3610"
    ),
    1: _table(
        "_ London London 10 SW,_ Leeds Leeds 3 LS,"
        "_ Bristol Bristol 3 BS,_ Glasgow Glasgow 3 G,_ Birmingham Birmingham 4 B"
    ),
    2: _table(
        "IL Chicago Chicago 4 606,WA Seattle Seattle 3 981,MA Boston Boston 3 021,CO Denver Denver 2 802,"
        "TX Austin Austin 3 787"
    ),
    3: _table("ON Toronto Toronto 5 M5,QC Montreal Montreal 3 H3,AB Calgary Calgary 2 T2,BC Vancouver Vancouver 3 V6"),
}
# By position of the city.
CHINESE_DISTRICTS = _table(
    "浦东新区 徐汇区 静安区 闵行区 杨浦区 长宁区,朝阳区 海淀区 西城区 东城区 丰台区 通州区,"
    "南山区 福田区 罗湖区 宝安区 龙岗区 龙华区,天河区 越秀区 海珠区 白云区 番禺区 荔湾区,"
    "锦江区 青羊区 武侯区 成华区 金牛区 高新区,西湖区 上城区 拱墅区 滨江区 余杭区 萧山区,"
    "渝中区 江北区 南岸区 沙坪坝区 渝北区 九龙坡区,武昌区 江岸区 洪山区 江汉区 汉阳区 硚口区,"
    "姑苏区 吴中区 虎丘区 相城区 吴江区 工业园区,鼓楼区 玄武区 秦淮区 建邺区 江宁区 栖霞区,"
    "雁塔区 碑林区 莲湖区 新城区 未央区 长安区,和平区 河西区 南开区 河东区 河北区 滨海新区,"
    "岳麓区 芙蓉区 天心区 雨花区 开福区 望城区,市南区 市北区 崂山区 李沧区 黄岛区 城阳区,"
    "金水区 二七区 中原区 管城区 惠济区 郑东新区,思明区 湖里区 集美区 海沧区 同安区 翔安区"
)
CHINESE_STREETS = _table(
    "人民路 Renmin_Road,中山路 Zhongshan_Road,解放路 Jiefang_Road,建设路 Jianshe_Road,和平街 Heping_Street,"
    "新华路 Xinhua_Road,文化路 Wenhua_Road,长江路 Changjiang_Road,黄河路 Huanghe_Road,花园路 Huayuan_Road,"
    "学府街 Xuefu_Street,滨河路 Binhe_Road,友谊路 Youyi_Road,"
    "科技路 Keji_Road,青年路 Qingnian_Road,幸福街 Xingfu_Street"
)
WESTERN_STREETS = np.array(
    "High_Street,Station_Road,Main_Street,Park_Avenue,Church_Lane,Victoria_Road,Oak_Street,Maple_Avenue,Mill_Lane,"
    "King_Street,Queen_Street,Elm_Drive,Cedar_Road,London_Road,Hill_Street,The_Green".replace("_", " ").split(","),
    dtype=object,
)
CHINESE_COMPANIES = _table(
    "明华 Minghua,东方 Dongfang,新安 Xin'an,百川 Baichuan,长青 Changqing,锦程 Jincheng,恒通 Hengtong,华美 Huamei,"
    "天成 Tiancheng,宏远 Hongyuan,金石 Jinshi,瑞丰 Ruifeng,海润 Hairun,盛泰 Shengtai,启明 Qiming,安达 Anda"
)
WESTERN_COMPANIES = np.array(
    [
        "Ashdown",
        "Bramley",
        "Calder",
        "Dunmore",
        "Elstree",
        "Fairholme",
        "Greyfell",
        "Harland",
        "Ivybridge",
        "Kestrel",
        "Larkhill",
        "Merrow",
        "Northgate",
        "Oakhurst",
        "Penrose",
        "Redfern",
    ],
    dtype=object,
)
BUSINESSES = _table(
    "商贸 Trading,酒店管理 Hospitality,教育科技 Education,制造 Manufacturing,信息技术 Technology"
)  # by position in codes.LEAD_KINDS
STREET_OF_COMPANY = np.array(["Enterprise Way", "Commerce Road", "Harbour Street", "Foundry Lane"], dtype=object)
TITLES = np.array(
    ["Buyer", "Purchasing Manager", "Office Manager", "Managing Director", "Finance Manager", "Operations Manager"],
    dtype=object,
)
