"""The small files of the offices: complaints called back (service), what advertising cost (ads), the staff list (hr)
and the goals (planning). Plain CSV with headers of the company's own.
"""

from collections.abc import Mapping

from orchestration.world.exports.delivery import Feed, Rhythm
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import csv_line

RETURN_VISITS = {
    "回访编号": "erp_number('HF', own_number(person, ticket) * 10 + visit)",
    "工单编号": "plain(coalesce(case_id, zendesk_ticket_id(person, ticket)::varchar))",
    "客户姓名": "minimal(full_name)",
    "客户电话": "plain(phone)",
    "回访时间": "china_time(v.at)",
    "回访人": "minimal(agent_name)",
    "回访结果": "case result when 'satisfied' then '满意' when 'not_satisfied' then '不满意' else '未接通' end",
    "满意度评分": "case when csat > 0 then csat::varchar else '' end",
    "是否结案": "case when is_closed then '是' else '否' end",
}
COSTS = {
    "date": "plain(date::date)",
    "ad_account": "'ACC-' || lpad((ad_account + 1)::varchar, 4, '0')",
    "channel": "plain(channel)",
    "campaign": "plain(code)",
    "impressions": "plain(impressions)",
    "clicks": "plain(clicks)",
    "cost": "money(spend)",
    "currency": "'CNY'",
}
STAFF = {
    "工号": "staff_number(staff)",
    "姓名": "minimal(surname || given)",
    "英文名": "minimal(latin_name)",
    "邮箱": "plain(mail)",
    "手机": "plain(phone)",
    "部门编号": "department",
    "岗位": "replace(role::varchar, '_', ' ')",
    "直属上级工号": "staff_number(manager)",
    "入职日期": "plain(hired_at::date)",
    "离职日期": "plain(case when left_at < morning then left_at::date end)",
    "在职状态": "case when left_at < morning then '离职' else '在职' end",
    "CRM用户": "salesforce_id('User', staff)",
}
DEPARTMENTS = {
    "部门编号": "department",
    "部门名称": "name",
    "上级部门编号": "plain(parent)",
    "成本中心": "plain(cost_centre)",
}
GOALS = {
    "目标编号": "'G' || lpad(goal::varchar, 7, '0')",
    "团队": "'Team ' || (team + 1)",
    "负责人工号": "staff_number(owner)",
    "指标": "metric",
    "基线值": "baseline::decimal(18, 4)::varchar",
    "目标值": "target::decimal(18, 4)::varchar",
    "开始日期": "starts_on::date::varchar",
    "截止日期": "ends_on::date::varchar",
}
TREE = (
    ("D00", "总公司", None),
    ("D10", "销售部", "D00"),
    ("D20", "客服部", "D00"),
    ("D30", "门店运营部", "D00"),
    ("D40", "市场与数据部", "D00"),
)
DEPARTMENT_OF = """case when role in ('rep', 'sales_lead') then 'D10' when role in ('agent', 'support_lead') then 'D20'
    when role = 'clerk' then 'D30' else 'D40' end as department"""


def _feed(system: str, name: str, file: str, cells: Mapping[str, str], rhythm: Rhythm = Rhythm.WEEKLY) -> Feed:
    return Feed(system, name, file, ",".join(cells) + "\n", rhythm=rhythm)


VISIT_FEED = _feed("service", "return_visits", "回访记录_{day}.csv", RETURN_VISITS, Rhythm.DAILY)
COST_FEED = _feed("ads", "campaign_costs", "campaign_costs_{day}.csv", COSTS, Rhythm.DAILY)
STAFF_FEED = _feed("hr", "staff", "staff_{day}.csv", STAFF)
DEPARTMENT_FEED = _feed("hr", "departments", "departments_{day}.csv", DEPARTMENTS)
GOAL_FEED = _feed("planning", "goals", "goals_{day}.csv", GOALS)
FEEDS = [VISIT_FEED, COST_FEED, STAFF_FEED, DEPARTMENT_FEED, GOAL_FEED]

VISITS = """
create or replace temp table called_back as
select r.*, {delivery} as delivery, case when t.is_case then salesforce_id('Case', own_number(t.person, t.ticket)) end
    as case_id,
    s.surname || s.given as agent_name, p.surname || case when p.country = 'China' then p.given else '' end
        as full_name,
    at_home(h.e164) as phone
from return_visits r
join tickets t on t.person = r.person and t.ticket = r.ticket
join people p on p.person = r.person
left join staff s on s.staff = r.agent
asof left join phones h on h.person = r.person and r.at >= h.from_at
"""


def write(desk: Desk, block: int) -> None:
    """Departments are the company's, so the first block writes them. Needs Tmall's macros."""
    desk.connection.execute(VISITS.format(delivery=desk.delivery(VISIT_FEED, "r.at")))
    _write(desk, VISIT_FEED, RETURN_VISITS, "called_back v", "v.at, person, ticket, visit")
    desk.name_records(
        "service",
        "return_visit",
        "select erp_number('HF', own_number(person, ticket) * 10 + visit) as source_record_id, person from called_back",
    )
    # A day's costs are known when the day is over.
    known = desk.delivery(COST_FEED, "c.date + interval 86399 second")
    costs = f"select c.*, k.code, {known} as delivery from campaign_costs c left join campaigns k using (campaign)"
    _write(desk, COST_FEED, COSTS, f"({costs})", "date, ad_account, channel, code")
    staff = (
        f"(select m.*, s.*, {DEPARTMENT_OF} from staff s join {desk.mornings(STAFF_FEED)} on s.hired_at < m.morning)"
    )
    _write(desk, STAFF_FEED, STAFF, staff, "staff")
    goals = f"(select m.delivery, g.* from goals g join {desk.mornings(GOAL_FEED)} on g.starts_on < m.morning)"
    _write(desk, GOAL_FEED, GOALS, goals, "goal")
    if block == 0:
        rows = ", ".join(
            f"('{code}', '{name}', {'null' if parent is None else repr(parent)}, 'CC{code[1:]}')"
            for code, name, parent in TREE
        )
        tree = f"(values {rows}) d(department, name, parent, cost_centre)"
        told = f"(select m.delivery, d.* from {tree} cross join {desk.mornings(DEPARTMENT_FEED)})"
        _write(desk, DEPARTMENT_FEED, DEPARTMENTS, told, "department")


def _write(desk: Desk, feed: Feed, cells: Mapping[str, str], rows: str, order: str) -> None:
    desk.write(feed, f"select delivery, {csv_line(list(cells), cells)} as line from {rows} order by delivery, {order}")
