"""The members' system of the shops: customers as they stand (客户导出, with its trailing comma), and ledgers of points,
stored value and coupons. A customer is listed once for every membership; the card (权益卡) is what ledgers refer to.
"""

from orchestration.world.exports.delivery import Feed, Rhythm
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import choose, csv_line

CUSTOMER_HEADER = (
    "客户姓名,客户昵称,客户手机号,客户生日,客户性别,标签,是否会员,成长值,免费等级,付费等级,权益卡,客户积分,客户储值余额,"
    "消费次数,消费金额,累计退款金额,累计退款订单数,笔单价,上次消费时间,分销员,导购员,企微好友,来源渠道,来源方式,成为客户时间,"
    "成为会员时间,成为会员店铺,公众号,公众号关注时间,最近浏览时间,微信地域,所属区域,指定时间消费次数,指定时间消费金额,"
)
POINT_HEADER = "流水号,权益卡,客户手机号,变动时间,变动类型,变动积分,变动后积分,关联订单号"
WALLET_HEADER = "流水号,权益卡,变动时间,变动类型,变动金额,变动后余额,关联订单号"
COUPON_HEADER = "优惠券编号,优惠券名称,优惠码,权益卡,折扣,领取时间,失效时间,使用时间,优惠金额,关联订单号,状态"
CUSTOMERS = Feed("youzan", "customers", "客户导出_{day}.csv", CUSTOMER_HEADER + "\n")
POINTS = Feed("youzan", "points", "积分流水_{day}.csv", POINT_HEADER + "\n", rhythm=Rhythm.DAILY)
WALLET = Feed("youzan", "balances", "储值流水_{day}.csv", WALLET_HEADER + "\n", rhythm=Rhythm.DAILY)
COUPONS = Feed("youzan", "coupons", "优惠券_{day}.csv", COUPON_HEADER + "\n", rhythm=Rhythm.DAILY)
LEVELS = {"silver": "银卡", "gold": "金卡", "platinum": "白金卡", "black": "黑卡"}
REASONS = {
    **{"order": "消费奖励", "redeemed": "积分抵扣", "expired": "积分过期"},
    **{"birthday": "生日赠送", "refund": "退款扣回"},
}
KINDS = {"new_member": "新人券", "season": "大促券", "birthday": "生日券", "apology": "致歉券"}
MACROS = """
create or replace macro yz_card(person, store) as
    'YZ' || digits(person::bigint * 100000 + coalesce(store, -1) + 1, 39, 12);
create or replace macro yz_phone(e164, place) as case when e164 is null then '——'
    when place < 25 then e164[4:6] || '******' || e164[13:] else e164[4:] end;
create or replace macro yz_order(person, number, place) as
    case when place = 'market' then tmall_order_id(person, number)::varchar else shopify_order_name(person, number) end;
"""
SHOWN = """
create or replace temp table yz_customers as
select m.delivery, m.morning, x.store as member_store, x.joined_at, yz_card(x.person, x.store) as card, c.*,
    coalesce(n.name, '云山总店') as store_name, w.latin_name as guide,
    coalesce(case when x.store is null then (
        select arg_max(l.level, l.at) from level_changes l where l.person = x.person and l.at < m.morning
    ) else x.level end, 'none') as told_level,
    case when x.store is null then g.everywhere when x.store = h.store then g.in_store end as growth,
    case when x.store is null then p.balance end as points, case when x.store is null then b.balance end as stored,
    o.orders, o.spent, o.last_at, r.refunds, r.refunded
from memberships x
join {mornings} on x.joined_at < m.morning
join cards c on c.person = x.person and c.system = 'youzan' and c.entry = 0 and c.told_at < m.morning
    and m.morning <= c.outdated_at
join people h on h.person = x.person
left join stores n on n.store = x.store
left join staff w on w.staff = x.referrer
left join (
    select m.delivery, e.person, arg_max(e.balance, e.entry) as balance from points e join {mornings}
        on e.at < m.morning group by all
) p on p.delivery = m.delivery and p.person = x.person
left join (
    select m.delivery, o.person, sum(floor(o.total::double * r.yuan / 100))::bigint as everywhere,
        coalesce(sum(floor(o.total::double * r.yuan / 100)) filter (o.place = 'store'), 0)::bigint as in_store
    from orders o join rates r on r.currency = o.currency join {mornings} on o.paid_at < m.morning
    where o.place <> 'b2b' group by all
) g on g.delivery = m.delivery and g.person = x.person
left join (
    select m.delivery, e.person, arg_max(e.balance, e.entry) as balance from wallet e join {mornings}
        on e.at < m.morning group by all
) b on b.delivery = m.delivery and b.person = x.person
left join (
    select m.delivery, o.person, o.store, count(*) as orders, sum(o.total)::bigint as spent, max(o.at) as last_at
    from orders o join {mornings} on o.paid_at < m.morning
    where o.place = 'store' group by m.delivery, o.person, grouping sets ((o.store), ())
) o on o.delivery = m.delivery and o.person = x.person and o.store is not distinct from x.store
left join (
    select m.delivery, r.person, o.store, count(distinct r."order") as refunds, sum(r.amount)::bigint as refunded
    from refunds r join orders o on o.person = r.person and o."order" = r."order" and o.place = 'store'
    join {mornings} on r.at < m.morning
    group by m.delivery, r.person, grouping sets ((o.store), ())
) r on r.delivery = m.delivery and r.person = x.person and r.store is not distinct from x.store
where not coalesce(c.deleted_at < m.morning, false)
"""
CUSTOMER = {
    "客户姓名": "minimal(full_name)",
    "客户昵称": "minimal(handle)",
    "客户手机号": "yz_phone(e164, place)",
    "客户生日": "case when place % 3 = 0 then birth_date::date::varchar else '——' end",
    "客户性别": "case when place % 4 = 0 then '未知' when gender = 'female' then '女' else '男' end",
    "标签": "case when orders >= 8 then '高频客户' else '——' end",
    "是否会员": "'是'",
    "成长值": "plain(coalesce(growth, 0))",
    "免费等级": f"coalesce({choose('told_level', LEVELS)}, '普通会员')",
    "付费等级": "'——'",
    "权益卡": "card",
    "客户积分": "plain(coalesce(points, 0))",
    "客户储值余额": "money(coalesce(stored, 0))",
    "消费次数": "plain(coalesce(orders, 0))",
    "消费金额": "money(coalesce(spent, 0))",
    "累计退款金额": "money(coalesce(refunded, 0))",
    "累计退款订单数": "plain(coalesce(refunds, 0))",
    "笔单价": "money(case when orders > 0 then spent // orders else 0 end)",
    "上次消费时间": "coalesce(nullif(china_time(last_at), ''), '——')",
    "分销员": "'——'",
    "导购员": "minimal(coalesce(guide, '——'))",
    "企微好友": "case when place % 2 = 0 then '是' else '否' end",
    "来源渠道": "case when member_store is null then '微信小程序' else '线下门店' end",
    "来源方式": "'——'",
    "成为客户时间": "china_time(least(told_at, joined_at))",
    "成为会员时间": "china_time(joined_at)",
    "成为会员店铺": "store_name",
    "公众号": "' '",
    "微信地域": "minimal(coalesce(city, '——'))",
    "所属区域": "'——'",
    "指定时间消费次数": "'0'",
    "指定时间消费金额": "'0.00'",
}
POINT = {
    "流水号": "erp_number('JF', own_number(e.person, e.entry))",
    "权益卡": "yz_card(e.person, null)",
    "客户手机号": "yz_phone(c.e164, c.place)",
    "变动时间": "china_time(e.at)",
    "变动类型": choose("e.reason", REASONS),
    "变动积分": "plain(e.change)",
    "变动后积分": "plain(e.balance)",
    "关联订单号": 'plain(yz_order(o.person, o."order", o.place))',
}
STORED = {
    "流水号": "erp_number('CZ', own_number(e.person, e.entry))",
    "权益卡": "yz_card(e.person, null)",
    "变动时间": "china_time(e.at)",
    "变动类型": "case when e.\"order\" is null then '充值' else '消费' end",
    "变动金额": "money(e.change)",
    "变动后余额": "money(e.balance)",
    "关联订单号": 'plain(yz_order(o.person, o."order", o.place))',
}
COUPON = {
    "优惠券编号": "k.coupon_number",
    "优惠券名称": choose("e.kind", KINDS),
    "优惠码": "k.code",
    "权益卡": "yz_card(e.person, null)",
    "折扣": "round(10 - 10 * e.share, 1)::decimal(3, 1) || '折'",
    "领取时间": "china_time(e.claimed_at)",
    "失效时间": "china_time(e.expires_at)",
    "使用时间": "coalesce(nullif(china_time(e.used_so_far), ''), '——')",
    "优惠金额": "money(case when e.used_so_far is null then 0 else e.saved end)",
    "关联订单号": "case when e.used_so_far is null then '——' else plain(yz_order(o.person, o.\"order\", o.place)) end",
    "状态": """case when e.used_so_far is not null then '已使用' when e.expires_at <= e.morning then '已过期'
        else '未使用' end""",
}
COUPON_NEWS = """
create or replace temp table yz_coupons as
select n.delivery, m.morning, c.*, case when c.used_at < m.morning then c.used_at end as used_so_far
from (
    select distinct person, coupon, {delivery} as delivery
    from (select person, coupon, unnest([claimed_at, used_at, expires_at]) as moment from coupons)
        where moment < '{end}'
) n
join {mornings} using (delivery)
join coupons c using (person, coupon)
"""


def write(desk: Desk) -> None:
    """Needs cards, coupon_codes and Tmall's macros."""
    desk.connection.execute(MACROS)
    desk.connection.execute(SHOWN.format(mornings=desk.mornings(CUSTOMERS)))
    end = desk.schedule.mornings(COUPONS)[-1]
    news = COUPON_NEWS.format(delivery=desk.delivery(COUPONS, "moment"), end=end, mornings=desk.mornings(COUPONS))
    desk.connection.execute(news)
    line = csv_line(CUSTOMER_HEADER.split(","), CUSTOMER)
    desk.write(CUSTOMERS, f"select delivery, {line} as line from yz_customers order by delivery, joined_at, card")
    order = 'left join orders o on o.person = e.person and o."order" = e."order"'
    card = "left join cards c on c.person = e.person and c.system = 'youzan' and c.entry = 0 and c.version = 0"
    for feed, header, cells, rows in (
        (POINTS, POINT_HEADER, POINT, f"points e {order} {card}"),
        (WALLET, WALLET_HEADER, STORED, f"wallet e {order}"),
    ):
        told = f"{csv_line(header.split(','), cells)} as line from {rows}"
        desk.write(
            feed, f"select {desk.delivery(feed, 'e.at')} as delivery, {told} order by delivery, e.at, e.person, e.entry"
        )
    told = f"{csv_line(COUPON_HEADER.split(','), COUPON)} as line from yz_coupons e {order}"
    desk.write(
        COUPONS,
        f"""select e.delivery, {told} join coupon_codes k on k.person = e.person and k.coupon = e.coupon
        order by e.delivery, e.claimed_at, e.person, e.coupon""",
    )
    desk.name_records("youzan", "customer", "select card as source_record_id, person from yz_customers")
