"""What has no vendor: one row under each template of ours."""

from tests.orchestration.ingestion.faithful.export import Faithful, table


def template(feed: str, name: str, header: str, row: str, **meant: str | None) -> Faithful:
    """One row under a template of ours, in Chinese headers as a German or a Chinese spreadsheet would save it."""
    return Faithful(f"generic/{feed}", name, table(header, row).encode("gb18030"), [dict(meant)], "gb18030")


EXPORTS = [
    template(
        "contacts",
        "contacts.csv",
        "客户编号,姓名,邮箱,手机号",
        "C1,王芳,a@example.com,'13800138000",
        full_name="王芳",
        phone="13800138000",
    ),
    template(
        "orders",
        "orders.csv",
        "订单号,客户编号,下单时间,订单金额,城市",
        '="0017",C1,2026年2月28日 10:00,"¥1,299.00",上海',
        order_id="0017",
        total="1299.00",
        ordered_at="2026-02-28 10:00:00",
    ),
    template(
        "order_lines",
        "order_lines.csv",
        "订单号,商品编码,商品名称,数量,单价",
        "17,T,茶,２,¥5",
        quantity="2",
        unit_price="5",
    ),
    template(
        "tickets",
        "tickets.csv",
        "工单号,客户编号,标题,状态,创建时间",
        "T1,C1,坏了,新,2026/2/28 10:00",
        created_at="2026/2/28 10:00",
    ),
    template(
        "events",
        "events.csv",
        "event_id,event_name,visitor_id,occurred_at,备注",
        "e1,open,v1,2026-02-28T10:00:00+08:00,无",
        occurred_at="2026-02-28 02:00:00",
    ),
    template(
        "campaign_costs",
        "campaign_costs.csv",
        "date,channel,campaign,cost,currency,备注",
        "2026/2/28,search,春,¥12.50,CNY,无",
        cost="12.50",
    ),
    template(
        "quotes",
        "quotes.csv",
        "报价单号,客户名称,报价日期,报价金额,折扣",
        "Q1,某公司,2026-02-28,1000.00,0.1",
        amount="1000.00",
    ),
    template(
        "contracts",
        "contracts.csv",
        "合同编号,客户名称,签订日期,合同金额",
        "K1,某公司,2026-02-28,1000.00",
        amount="1000.00",
    ),
    template(
        "staff",
        "staff.csv",
        "工号,姓名,部门,岗位,入职日期",
        "007,王芳,客服,客服,2024-01-01",
        staff_id="007",
        role="客服",
    ),
    template(
        "goals",
        "goals.csv",
        "目标编号,目标,指标,目标值,开始日期,结束日期",
        "G1,更多,revenue,100,2026-01-01,2026-12-31",
        target="100",
    ),
    template(
        "points",
        "积分流水.csv",
        "流水号,手机号,变动时间,变动类型,变动积分,变动后积分",
        "P1,138****8000,2026-02-28 10:00:00,消费奖励,+5,10",
        mobile=None,
        reason="order",
        points_balance="10",
    ),
    template(
        "coupons",
        "优惠券.csv",
        "优惠券编号,优惠券名称,领取时间,状态,手机号",
        "Q1,满减,2026-02-28 10:00:00,已核销,13800138000",
        status="used",
    ),
    template(
        "surveys",
        "survey.csv",
        "答卷编号,客户编号,提交时间,题目,评分,意见",
        "A1,C1,2026-02-28 10:00:00,满意吗,9,好",
        score="9",
    ),
]
