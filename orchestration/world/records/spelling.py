"""The ways to write a name, a telephone number, an address and a company, as DuckDB macros. Which way a record takes is
drawn in styles.py; who the person is stands in the books.

Every macro takes the true value and a style >= 0; style 0 is the tidy one. Null stays null.
"""

# Characters that differ between simplified and traditional writing, and those typed for one another by ear.
SIMPLIFIED = (
    "张刘陈杨黄赵吴孙马罗郑谢韩邓冯萧程苏卢叶钟卫伟丽强军艳杰涛丹萍刚兰凤云华飞玲红鹏龙宁兴庆国东广贵语锦阳"
    "静颖浩轩涵悦梦佳妍诗琪欣怡泽睿鑫坤贤顺业晓莹蕾财进远荣胜学义纪陆贺龚顾谭邹汤钱闫严万齐庄贾陶侨区号"
)
TRADITIONAL = (
    "張劉陳楊黃趙吳孫馬羅鄭謝韓鄧馮蕭程蘇盧葉鍾衛偉麗強軍豔傑濤丹萍剛蘭鳳雲華飛玲紅鵬龍寧興慶國東廣貴語錦陽"
    "靜穎浩軒涵悅夢佳妍詩琪欣怡澤睿鑫坤賢順業曉瑩蕾財進遠榮勝學義紀陸賀龔顧譚鄒湯錢閆嚴萬齊莊賈陶僑區號"
)
MEANT = "伟丽强静杰敏磊军洋勇艳涛明超霞平刚英华文玲婷宇浩欣晨佳怡悦博娜芳辉鹏波斌丹萍莉琳"
TYPED = "玮莉墙婧捷珉蕾君阳永燕焘名朝侠萍钢瑛桦雯铃停雨昊新辰嘉宜月勃那方晖朋博彬单平丽林"

NICKNAMES = (
    "{'Michael': 'Mike', 'James': 'Jim', 'Robert': 'Bob', 'William': 'Bill', 'Thomas': 'Tom', 'Daniel': 'Dan',"
    " 'David': 'Dave', 'John': 'Johnny', 'Richard': 'Rick', 'Joseph': 'Joe', 'Charles': 'Charlie', 'Edward': 'Ted',"
    " 'George': 'Georgie', 'Henry': 'Harry', 'Jack': 'Jackie', 'Oliver': 'Ollie', 'Arthur': 'Art', 'Leo': 'Lee',"
    " 'Elizabeth': 'Liz', 'Patricia': 'Pat', 'Jennifer': 'Jen', 'Susan': 'Sue', 'Margaret': 'Meg', 'Emily': 'Em',"
    " 'Charlotte': 'Lottie', 'Amelia': 'Amy', 'Olivia': 'Liv', 'Isla': 'Izzy', 'Sophia': 'Sophie', 'Mary': 'Molly',"
    " 'Benjamin': 'Ben', 'Samuel': 'Sam', 'Matthew': 'Matt', 'Christopher': 'Chris', 'Andrew': 'Andy',"
    " 'Katherine': 'Kate', 'Victoria': 'Vicky', 'Jessica': 'Jess', 'Rebecca': 'Becky', 'Alexander': 'Alex'}"
)

MACROS = f"""
create or replace macro full_width(x) as translate(x, '0123456789', '０１２３４５６７８９');
create or replace macro traditional(x) as translate(x, '{SIMPLIFIED}', '{TRADITIONAL}');
create or replace macro mistyped_characters(x) as translate(x, '{MEANT}', '{TYPED}');
create or replace macro without_letter(x, place) as
    case when length(x) < 4 then x else x[:place % (length(x) - 2) + 1] || x[place % (length(x) - 2) + 3:] end;
create or replace macro swapped_letters(x, place) as
    case when length(x) < 4 then x else x[:place % (length(x) - 2) + 1] || x[place % (length(x) - 2) + 3]
    || x[place % (length(x) - 2) + 2] || x[place % (length(x) - 2) + 4:] end;
create or replace macro nickname(given) as coalesce(map {NICKNAMES}[given], given);
create or replace macro at_home(e164) as case
    when e164 like '+86%' then e164[4:]
    when e164 like '+44%' then '0' || e164[4:6] || ' ' || e164[7:9] || ' ' || e164[10:]
    else '(' || e164[3:5] || ') ' || e164[6:8] || '-' || e164[9:] end;
create or replace macro spaced(e164) as case
    when e164 like '+86%' then '+86 ' || e164[4:6] || ' ' || e164[7:10] || ' ' || e164[11:]
    when e164 like '+44%' then '+44 ' || e164[4:6] || ' ' || e164[7:9] || ' ' || e164[10:]
    else '+1 ' || e164[3:5] || ' ' || e164[6:8] || ' ' || e164[9:] end;
create or replace macro dashed(e164) as case
    when e164 like '+86%' then e164[4:6] || '-' || e164[7:10] || '-' || e164[11:]
    when e164 like '+44%' then '0' || e164[4:6] || '-' || e164[7:9] || '-' || e164[10:]
    else e164[3:5] || '-' || e164[6:8] || '-' || e164[9:] end;
create or replace macro written_phone(e164, style) as case style
    when 0 then e164 when 1 then at_home(e164) when 2 then spaced(e164) when 3 then '00' || e164[2:]
    when 4 then dashed(e164) when 5 then full_width(at_home(e164)) when 6 then e164[2:] end;
create or replace macro written_email(address, style) as case style
    when 0 then address when 1 then upper(address[1]) || address[2:] when 2 then ' ' || address || ' ' end;

create or replace macro chinese_name(surname, given, surname_latin, given_latin, western, familiar, woman, style) as
    case style
    when 1 then traditional(surname || given)
    when 2 then surname || mistyped_characters(given)
    when 3 then surname_latin || ' ' || given_latin
    when 4 then given_latin || ' ' || surname_latin
    when 5 then case when familiar = '' then surname || ' ' || given else familiar end
    when 6 then surname || case when woman then '女士' else '先生' end
    when 7 then case when western = '' then upper(surname_latin) || ' ' || given_latin
        else western || ' ' || surname_latin end
    else surname || given end;
create or replace macro western_name(surname, given, familiar, woman, place, style) as case style
    when 1 then upper(given || ' ' || surname)
    when 2 then given || ' ' || swapped_letters(surname, place)
    when 3 then given[1] || '. ' || surname
    when 4 then surname || ', ' || given
    when 5 then case when familiar = '' then nickname(given) else familiar end || ' ' || surname
    when 6 then case when woman then 'Mrs ' else 'Mr ' end || surname
    when 7 then given || ' ' || without_letter(surname, place)
    else given || ' ' || surname end;
create or replace macro last_name(surname, given, surname_latin, familiar, is_chinese, place, style) as
    case when style = 4 then given
    when not is_chinese then case style when 1 then upper(surname) when 2 then swapped_letters(surname, place)
        when 7 then without_letter(surname, place) else surname end
    else case style when 1 then traditional(surname) when 3 then surname_latin when 7 then surname_latin
        when 5 then case when familiar = '' then surname else familiar end else surname end end;
create or replace macro first_name(surname, given, given_latin, western, familiar, is_chinese, style) as
    case when style = 4 then surname when style = 6 then null
    when not is_chinese then case style when 1 then upper(given) when 3 then given[1] || '.'
        when 5 then case when familiar = '' then nickname(given) else familiar end else given end
    else case style when 1 then traditional(given) when 2 then mistyped_characters(given) when 3 then given_latin
        when 5 then case when familiar = '' then given end
        when 7 then case when western = '' then given_latin else western end else given end end;

create or replace macro short_street(street) as
    replace(replace(replace(replace(street, ' Street', ' St'), ' Road', ' Rd'), ' Avenue', ' Ave'), ' Lane', ' Ln');
create or replace macro chinese_address(district, street, unit, latin, style) as case style
    when 1 then street || unit
    when 2 then district || ' ' || street || ' ' || unit
    when 3 then full_width(district || street || unit)
    when 4 then latin || case when unit = '' then '' else ', ' || unit end
    else district || street || unit end;
create or replace macro western_address(street, unit, style) as
    case style when 3 then upper(street) when 4 then lower(street) when 1 then short_street(street) else street end
    || case when unit = '' then '' when style = 2 then '\n' || unit else ', ' || unit end;

create or replace macro masked_name(name) as case when name is null then null else name[1] || '**' end;
create or replace macro masked_phone(digits) as digits[:3] || '****' || digits[8:];
create or replace macro chinese_company(city, brand, trade, brand_latin, trade_latin, style) as case style
    when 1 then brand || trade || '公司'
    when 2 then city || brand || trade || '有限责任公司'
    when 3 then brand_latin || ' ' || trade_latin || ' Co., Ltd.'
    when 4 then brand || trade
    when 5 then upper(brand_latin || ' ' || trade_latin || ' co.,ltd')
    when 6 then traditional(city || brand || trade || '有限公司')
    else city || brand || trade || '有限公司' end;
create or replace macro western_company(brand, trade, style) as brand || ' ' || trade || case style
    when 1 then ' Limited' when 2 then ' LTD.' when 3 then ' Co., Ltd.' when 4 then '' when 5 then ' Inc' when 6
        then ' ltd'
    else ' Ltd' end;
"""
