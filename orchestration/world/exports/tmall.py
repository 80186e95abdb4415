"""Tmall's two order reports (订单报表, 宝贝报表): GB18030, CRLF, ids as ="...", masked people, money without signs but
打款商家金额 with 元. Times are China's, without a zone.
"""

from orchestration.world.catalog import LINES
from orchestration.world.exports.delivery import Feed, Rhythm
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import csv_line

ORDER_HEADER = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,"
    "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,"
    "宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,"
    "发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,定金排名,修改后的sku,修改后的收货地址,异常信息,"
    "天猫卡券抵扣,集分宝抵扣,是否是O2O交易,打款商家金额,确认收货时间,退款金额"
)
DETAIL_HEADER = (
    "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码,买家应付货款,买家实付金额,"
    "退款状态,退款金额,订单创建时间"
)
ORDERS = Feed("tmall", "orders", "ExportOrderList{stamp}.csv", ORDER_HEADER + "\r\n", "gb18030", Rhythm.DAILY)
DETAILS = Feed(
    "tmall", "order_details", "ExportOrderDetailList{stamp}.csv", DETAIL_HEADER + "\r\n", "gb18030", Rhythm.DAILY
)

MACROS = """
create or replace macro china_time(moment) as
    coalesce((moment + interval 8 hour)::varchar, '');
create or replace macro guarded(id) as '="' || id || '"';
"""
TABLE = """
create or replace temp table tmall_orders as
select o.*, tmall_order_id(o.person, o."order")::varchar as order_id, i.titles, i.kinds, i.pieces,
    coalesce(o.refunded >= o.total, false) as is_given_back,
    case when o.cancelled_at is not null or o.refunded >= o.total then '交易关闭'
        when o.paid_at is null then '等待买家付款'
        when o.shipped_at is null then '买家已付款，等待卖家发货'
        when o.delivered_at is null then '卖家已发货，等待买家确认'
        else '交易成功' end as status
from told_orders o
join (
    select l.person, l."order" as number, concat_ws('，', {titles}) as titles, count(*) as kinds,
        sum(l.quantity)::bigint as pieces
    from named_lines l
    where (l.person, l."order") in (select (o.person, o."order") from orders o where o.place = 'market')
    group by all
) i on i.person = o.person and i.number = o."order"
where o.place = 'market'
"""
ORDER = {
    "订单编号": "guarded(order_id)",
    "买家会员名": "minimal(handle)",
    "买家支付宝账号": "coalesce(true_email[1] || '***@' || split_part(true_email, '@', 2), '')",
    "买家应付货款": "money(goods - discount)",
    "买家应付邮费": "money(shipping)",
    "买家支付积分": "'0'",
    "总金额": "money(total)",
    "返点积分": "'0'",
    "买家实际支付金额": "case when paid_at is null then '0.00' else money(total) end",
    "买家实际支付积分": "'0'",
    "订单状态": "status",
    "收货人姓名": "minimal(masked_name(full_name))",
    "收货地址 ": "minimal(province || ' ' || city || ' ' || coalesce(district, '') || ' ' || street[:2] || '******')",
    "运送方式": "'快递'",
    "联系手机": "'''' || masked_phone(e164[4:])",
    "订单创建时间": "china_time(o.at)",
    "订单付款时间 ": "china_time(paid_at)",
    "宝贝标题 ": "minimal(titles)",
    "宝贝种类 ": "kinds::varchar",
    "物流单号 ": "case when shipped_at is null then '' else 'No:SF' || order_id[4:15] end",
    "物流公司": "case when shipped_at is null then '' else '顺丰速运' end",
    "宝贝总数量": "pieces::varchar",
    "店铺Id": "'0'",
    "店铺名称": "'云山旗舰店'",
    "订单关闭原因": """case when status <> '交易关闭' then '订单未关闭' when paid_at is null then '买家未付款'
        when is_given_back then '退款' else '买家取消订单' end""",
    "卖家服务费": "'0元'",
    "买家服务费": "'0元'",
    "是否手机订单": "case when device_kind = 'phone' then '手机订单' else '' end",
    "打款商家金额": "case when status = '交易成功' then money(total - refunded) || '元' else '0元' end",
    "确认收货时间": "china_time(delivered_at)",
    "退款金额": "money(refunded)",
}
DETAIL = {
    "订单编号": "guarded(o.order_id)",
    "标题": "minimal(l.name)",
    "价格": "money(l.unit_price)",
    "购买数量": "plain(l.quantity)",
    "外部系统编号": "plain(l.sku)",
    "商品属性": "'分类：' || l.category",
    "订单状态": "o.status",
    "商家编码": "plain(l.sku)",
    "买家应付货款": "money(l.unit_price * l.quantity)",
    "买家实付金额": "case when o.paid_at is null then '0.00' else money(l.unit_price * l.quantity - l.discount) end",
    "退款状态": "case when r.amount is not null or o.is_given_back then '退款成功' else '没有申请退款' end",
    "退款金额": """case when r.amount is not null then money(r.amount)
        when o.is_given_back then money(l.unit_price * l.quantity - l.discount) else '无退款申请' end""",
    "订单创建时间": "china_time(o.at)",
}


def write(desk: Desk) -> None:
    """Needs told_orders."""
    desk.connection.execute(MACROS)
    titles = ", ".join(f"any_value(l.name::varchar) filter (l.line = {line})" for line in range(len(LINES)))
    desk.connection.execute(TABLE.format(titles=titles))
    order = csv_line(ORDER_HEADER.split(","), ORDER, end="\r\n")
    desk.write(ORDERS, f"select delivery, {order} as line from tmall_orders o order by delivery, o.at, order_id")
    detail = csv_line(DETAIL_HEADER.split(","), DETAIL, end="\r\n")
    desk.write(
        DETAILS,
        f"""select o.delivery, {detail} as line
        from tmall_orders o
        join named_lines l on l.person = o.person and l."order" = o."order"
        left join (
            select t.delivery, r.person, r."order" as number, r.line, sum(r.amount)::bigint as amount
            from tmall_orders t
            join {desk.mornings(DETAILS)} using (delivery)
            join refunds r on r.person = t.person and r."order" = t."order" and r.at < m.morning
            where r.line is not null group by all
        ) r on r.delivery = o.delivery and r.person = l.person and r.number = l."order" and r.line = l.line
        order by o.delivery, o.at, o.order_id, l.line""",
    )
    desk.name_records(
        "tmall", "order", "select order_id as source_record_id, coalesce(placed_by, person) as person from tmall_orders"
    )
