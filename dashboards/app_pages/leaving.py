"""Who is leaving, and what is it worth? Risk against value, what to do in each cell, and how far to believe it."""

import pandas as pd
import streamlit as st

from dashboards import access, charts, code_names, downloads, freshness, model_runs
from dashboards.choices import pick
from dashboards.figures import Figure, draw_figures
from dashboards.shop_window import columns, own_customers, show
from dashboards.tables import show_table
from dashboards.text import md, money_rounded, number, percent, t

RISKS, VALUES = ("high", "middle", "low"), ("high", "middle", "low")
LISTED = 50
# A third of the chance each: below and above them the list of people to call changes least from day to day.
HIGH_RISK, LOW_RISK = 0.66, 0.33
SHOWN = (
    "customer_id",
    "churn_probability",
    "churn_reason_1",
    "expected_net_revenue_90d",
    "net_revenue_365d",
    "last_order_date",
    "order_count",
    "value_tier",
    "segment",
    "region",
)

CELLS = """
select {risk} as risk, {value} as value_class, count(*) as customer_count,
    coalesce(sum({worth}), 0) as worth, coalesce(sum({worth} * churn_probability), 0) as at_stake,
    max(currency_code) as currency_code
from marts.customer_360, (
    select quantile_cont({worth}, 0.8) as upper_edge, quantile_cont({worth}, 0.5) as lower_edge
    from marts.customer_360 where churn_probability is not null
) as edges
where churn_probability is not null and {limit}
group by 1, 2
"""
TOTAL = """
select count(*) as n, sum({worth} * churn_probability) as stake, avg(churn_probability) as mean,
    max(currency_code) as currency_code
from marts.customer_360
where churn_probability is not null and {limit}
"""
RISK = f"""
case
    when churn_probability >= {HIGH_RISK} then 'high'
    when churn_probability >= {LOW_RISK} then 'middle'
    else 'low'
end
"""
VALUE = "case when {worth} >= upper_edge then 'high' when {worth} >= lower_edge then 'middle' else 'low' end"


def worth_column() -> str:
    """What a customer is worth, by the best column this version has: twelve months of revenue, else all of it."""
    return "net_revenue_365d" if "net_revenue_365d" in columns("marts.customer_360") else "net_revenue"


def read_cells(worth: str) -> pd.DataFrame:
    """Nine cells: risk, value_class, customer_count, worth and what of it is at stake."""
    limit, limited = own_customers()
    found = show(CELLS.format(risk=RISK, value=VALUE.format(worth=worth), worth=worth, limit=limit), limited)
    every = pd.MultiIndex.from_product([RISKS, VALUES], names=["risk", "value_class"]).to_frame(index=False)
    cells = every.merge(found, how="left", on=["risk", "value_class"])
    cells[["customer_count", "worth", "at_stake"]] = cells[["customer_count", "worth", "at_stake"]].fillna(0)
    return access.hide_small_groups(cells, "customer_count", "worth", "at_stake")


def draw_matrix(cells: pd.DataFrame) -> tuple[str, str]:
    """The nine cells, each with its action; the cell that is picked."""
    currency = cells["currency_code"].dropna()
    currency_code = currency.iloc[0] if len(currency) else None
    frame = cells.assign(
        risk_name=[t(f"leaving.risk.{code}") for code in cells["risk"]],
        value_name=[t(f"leaving.value.{code}") for code in cells["value_class"]],
        action=[t(f"leaving.action.{r}.{v}") for r, v in zip(cells["risk"], cells["value_class"], strict=True)],
        short=[t(f"leaving.short.{r}.{v}") for r, v in zip(cells["risk"], cells["value_class"], strict=True)],
        count_text=[number(count) for count in cells["customer_count"]],
        stake_text=[money_rounded(stake, currency_code) for stake in cells["at_stake"]],
    )
    frame["at_stake"] = frame["at_stake"].astype(float)
    st.subheader(t("leaving.matrix"), help=t("definition.at_stake"))
    st.altair_chart(charts.risk_matrix(frame, st.context.theme.type or "light"), width="stretch")
    names = {
        f"{row.risk}-{row.value_class}": f"{row.risk_name} · {row.value_name} ({row.count_text})"
        for row in frame.itertuples()
    }
    cell = pick(t("leaving.choose"), names, "cell")
    risk, value = cell.split("-")
    st.info(md("segments.advice", advice=t(f"leaving.action.{risk}.{value}")), icon=":material/lightbulb:")
    return risk, value


def draw_list(risk: str, value: str, worth: str) -> None:
    """The customers of the cell, by what is at stake, and the list as a file."""
    if not access.may("rows"):
        return
    limit, limited = own_customers()
    edges = f"(select quantile_cont({worth}, {{}}) from marts.customer_360 where churn_probability is not null)".format
    value_class = VALUE.format(worth=worth).replace("upper_edge", edges(0.8)).replace("lower_edge", edges(0.5))
    where = f"churn_probability is not null and {RISK} = $risk and {value_class} = $value and {limit}"
    question = {"risk": risk, "value": value, **limited}
    shown = [name for name in SHOWN if name in columns("marts.customer_360")]
    listed = show(
        f"select {', '.join(shown)} from marts.customer_360 where {where} "
        f"order by churn_probability * {worth} desc, customer_id limit {LISTED}",
        question,
    )
    if listed.empty:
        st.info(t("segments.nobody"), icon=":material/group_off:")
        return
    st.subheader(t("leaving.list"))
    show_table(code_names.in_words(listed), key="leaving")
    downloads.offer(downloads.List(f"leaving-{risk}-{value}", where, question, shown))


def main() -> None:
    """The matrix, the list, and the model behind both."""
    st.title(t("page.leaving"))
    freshness.banner("leaving")
    has_scores = "churn_probability" in columns("marts.customer_360")
    worth = worth_column()
    cells = read_cells(worth) if has_scores else pd.DataFrame({"customer_count": [0]})
    if not has_scores or not cells["customer_count"].fillna(1).sum():
        st.info(t("leaving.no_model"), icon=":material/model_training:")
        return
    limit, limited = own_customers()
    total = show(TOTAL.format(worth=worth, limit=limit), limited).iloc[0]
    stake = money_rounded(total["stake"], total["currency_code"])
    draw_figures(
        [
            Figure(t("leaving.scored"), number(total["n"]), t("definition.leaving.scored")),
            Figure(t("column.at_stake"), stake, t("definition.at_stake")),
            Figure(t("leaving.mean"), percent(total["mean"]), t("definition.churn_probability")),
        ]
    )
    risk, value = draw_matrix(cells)
    draw_list(risk, value, worth)
    st.header(t("leaving.believe"))
    model_runs.draw_back_test("churn")
    model_runs.draw_evidence("churn")


main()
