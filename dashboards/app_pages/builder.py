"""Whom do we want to reach? A rule over customers, whom it finds now, and the segments that are saved."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboards import access, audit, charts, code_names, downloads, freshness, rule_editor, segment_files
from dashboards.definitions import definition
from dashboards.figures import Figure, draw_figures
from dashboards.segment_files import OverwriteError, Segment, saved
from dashboards.segment_rules import RuleError, as_text, compile_rule, parameterised
from dashboards.shop_window import columns, current, has_tables, of_own_customers, own_customers, show
from dashboards.tables import show_table
from dashboards.text import MISSING, day, md, money_rounded, number, percent, t, word

PREVIEW_ROWS = 20
SHOWN = (
    "customer_id",
    "country",
    "region",
    "segment",
    "lifecycle_stage",
    "value_tier",
    "last_order_date",
    "order_count",
    "net_revenue",
    "churn_probability",
)

FOUND = """
select
    count(*) as customer_count,
    coalesce(sum(net_revenue), 0) as net_revenue,
    max(currency_code) as currency_code
from marts.customer_360
where {where}
"""

OVERLAP = """
select
    members.segment,
    count(*) as customer_count,
    count(found.customer_id) as shared_count
from marts.segment_members as members
left join (select customer_id from marts.customer_360 where {where}) as found on members.customer_id = found.customer_id
where {whose}
group by members.segment
order by shared_count desc, members.segment
"""

HISTORY = """
select segment, version, as_of_date, status, reason, customer_count, net_revenue, currency_code
from marts.saved_segments
order by segment, as_of_date
"""


def draw_found(where: str, parameters: dict[str, object]) -> int:
    """How many customers the rule finds and what they are worth. Returns the count."""
    found = show(FOUND.format(where=where), parameters).iloc[0]
    limit, limited = own_customers()
    everybody = show(FOUND.format(where=limit), limited).iloc[0]  # asked once a version, whatever the rule
    count = int(found["customer_count"])
    is_hidden = access.hides(count)
    currency = None if pd.isna(found["currency_code"]) else found["currency_code"]
    share = count / everybody["customer_count"] if everybody["customer_count"] else None
    worth = found["net_revenue"] / everybody["net_revenue"] if everybody["net_revenue"] > 0 else None
    fewer = md("builder.fewer", count=number(access.visitor().smallest_group))
    revenue = MISSING if is_hidden else money_rounded(found["net_revenue"], currency)
    draw_figures(
        [
            _figure("customer_count", fewer if is_hidden else number(count), None if is_hidden else share),
            _figure("net_revenue", revenue, None if is_hidden else worth),
        ]
    )
    return 0 if is_hidden else count


def _figure(name: str, value: str, share: float | None) -> Figure:
    note = None if share is None else md("builder.share", share=percent(share))
    return Figure(t(f"column.{name}"), value, definition(f"builder.{name}"), note)


def draw_people(where: str, parameters: dict[str, object], name: str) -> None:
    """The richest of those found, and the whole list as a file."""
    if not access.may("rows"):
        return
    shown = [column for column in SHOWN if column in columns("marts.customer_360")]
    order = "order by net_revenue desc nulls last, customer_id"
    listed = show(
        f"select {', '.join(shown)} from marts.customer_360 where {where} {order} limit {PREVIEW_ROWS}", parameters
    )
    st.subheader(t("builder.preview"))
    show_table(code_names.in_words(listed), key="preview")
    st.caption(md("builder.previewed", count=number(len(listed))))
    downloads.offer(downloads.List(name, where, parameters, shown))


def draw_overlap(where: str, parameters: dict[str, object]) -> None:
    """How many of each saved segment the rule finds too."""
    if not has_tables("marts.segment_members"):
        return
    whose, _ = of_own_customers("members.customer_id")
    overlap = show(OVERLAP.format(where=where, whose=whose), parameters)
    if overlap.empty:
        return
    st.subheader(t("builder.overlap"), help=t("definition.overlap"))
    overlap["shared_share"] = (overlap["shared_count"] / overlap["customer_count"]).astype(float)
    titles = {name: segment.title for name, segment in saved().items()}
    overlap["name"] = [titles.get(name, name) for name in overlap["segment"]]
    overlap = access.hide_small_groups(overlap, "customer_count", "shared_count", "shared_share")
    overlap = access.hide_small_groups(overlap, "shared_count", "shared_share")
    show_table(overlap[["name", "customer_count", "shared_count", "shared_share"]], key="overlap", height="content")


def draw_save(rule: dict, where: str) -> None:
    """Name the rule and write it down."""
    if not access.may("save"):
        return
    segments, as_of = saved(), current().as_of_date
    with st.form("save", border=True):
        st.subheader(t("builder.save"))
        left, middle, right = st.columns(3)
        opened = segments.get(st.session_state.get("opened", ""))
        name = left.text_input(
            t("builder.name"), opened.name if opened else "", max_chars=40, help=t("builder.name_help"), key="save-name"
        )
        title = middle.text_input(t("builder.title"), opened.title if opened else "", max_chars=80, key="save-title")
        expires_on = right.date_input(
            t("builder.expires_on"),
            as_of + timedelta(days=180),
            min_value=as_of + timedelta(days=1),
            format=rule_editor.DAY_FORMAT,
            key="save-expires",
        )
        if st.form_submit_button(t("builder.save"), icon=":material/save:", type="primary"):
            version = segments[name].version if name in segments else 0
            _save(Segment(name, title or name, version, "", expires_on, where, rule))


def _save(segment: Segment) -> None:
    try:
        written = segment_files.save(segment)
    except OverwriteError:
        st.error(t("builder.overwritten"), icon=":material/error:")
    except ValueError:
        st.error(t("builder.bad_name"), icon=":material/error:")
    else:
        audit.record("save_segment", {"segment": written.name, "segment_version": written.version})
        st.success(md("builder.saved", title=written.title, version=str(written.version)), icon=":material/check:")


def draw_saved() -> None:
    """The saved segments: who keeps them, until when, and how many are in them by the last run."""
    st.header(t("builder.saved_ones"))
    segments = saved()
    if not segments:
        st.info(t("builder.none_saved"), icon=":material/bookmark:")
        return
    history = show(HISTORY) if has_tables("marts.saved_segments") else pd.DataFrame(columns=["segment"])
    last = history.groupby("segment").last() if len(history) else pd.DataFrame()
    rows = [_saved_row(segment, last) for segment in segments.values()]
    table = access.hide_small_groups(pd.DataFrame(rows), "customer_count", "net_revenue")
    table["customer_count"] = table["customer_count"].astype("Int64")
    show_table(table, key="saved", height="content")
    titles = {name: segment.title for name, segment in segments.items()}
    name = st.selectbox(
        t("builder.open"), list(titles), format_func=titles.__getitem__, index=None, key="opened", bind="query-params"
    )
    if name:
        _draw_one(segments[name], history[history["segment"] == name])


def _saved_row(segment: Segment, last: pd.DataFrame) -> dict:
    evaluated = last.loc[segment.name].to_dict() if segment.name in last.index else {}
    is_current = evaluated.get("version") == segment.version
    status = str(evaluated["status"]) if is_current else "next_run"
    return {
        "name": segment.title,
        "version": segment.version,
        "owner": segment.owner,
        "expires_on": segment.expires_on,
        "segment_status": word("segment_status", status),
        "customer_count": evaluated["customer_count"] if is_current else None,
        "net_revenue": float(evaluated["net_revenue"]) if is_current and status == "active" else None,
    }


def _draw_one(segment: Segment, history: pd.DataFrame) -> None:
    left, right = st.columns(2)
    with left:
        st.caption(
            md("builder.version_of", version=str(segment.version), owner=segment.owner, day=day(segment.expires_on))
        )
        st.code(segment.where, language="sql", wrap_lines=True)
        if segment.rule is None:
            st.caption(t("builder.by_hand"))
        else:
            st.button(
                t("builder.edit"),
                icon=":material/edit:",
                on_click=rule_editor.load,
                args=(segment.rule,),
                key="edit-saved",
            )
    with right:
        days = history[history["customer_count"].notna()]
        if len(days) and not days["customer_count"].map(access.hides).any():
            st.subheader(t("builder.history"))
            labels = [day(each) for each in days["as_of_date"]]
            bars = charts.count_bars(labels, days["customer_count"], t("column.customer_count"))
            st.altair_chart(bars, width="stretch")
        else:
            st.caption(t("builder.no_history"))


def main() -> None:
    """The rule on top, then whom it finds, then what is saved."""
    st.title(t("page.builder"))
    freshness.banner("builder")
    if not show("select count(*) as n from marts.customer_360")["n"].item():
        st.info(t("builder.nobody_yet"), icon=":material/group_off:")
        return
    rule = rule_editor.edit()
    try:
        condition = compile_rule(rule)
    except RuleError:
        st.info(t("builder.unfinished"), icon=":material/edit:")
        draw_saved()
        return
    limit, limited = own_customers()
    where, values = parameterised(condition)
    where, parameters = f"({where}) and {limit}", {**values, **limited}
    count = draw_found(where, parameters)
    if count:
        draw_people(where, parameters, st.session_state.get("opened") or "customers")
        draw_overlap(where, parameters)
    else:
        st.info(t("builder.nobody"), icon=":material/group_off:")
    draw_save(rule, as_text(condition))
    draw_saved()
    with st.expander(t("builder.as_sql")):
        st.code(as_text(condition), language="sql", wrap_lines=True)


main()
