"""Can we trust today's numbers? Every row accounted for, every feed in time, every check, every model's gate."""

import pandas as pd
import streamlit as st

from dashboards import freshness, identity_health, model_runs, reconciliation
from dashboards.figures import Figure, draw_figures
from dashboards.shop_window import current, show
from dashboards.tables import show_short_table, show_table
from dashboards.text import md, number, t, word

LISTED = 200  # deliveries, files and checks shown; the counts above a list are always of all

ROWS = """
select
    count(*) as delivery_count,
    coalesce(sum(rows_read), 0) as rows_read,
    coalesce(sum(rows_loaded), 0) as rows_loaded,
    coalesce(sum(rows_quarantined), 0) as rows_quarantined,
    coalesce(sum(rows_duplicate), 0) as rows_duplicate,
    count(*) filter (
        where not coalesce(is_balanced and rows_read = rows_loaded + rows_quarantined + rows_duplicate, false)
    ) as unbalanced_count,
    (select count(*) from ops.deliveries where status = 'quarantined') as quarantined_file_count,
    (select count(*) from ops.inbox_unknown) as unknown_file_count
from ops.row_conservation
"""

DELIVERIES = """
select
    counted.delivery_date,
    counted.source_system || '.' || counted.feed as feed,
    counted.rows_read,
    counted.rows_loaded,
    counted.rows_quarantined,
    counted.rows_duplicate,
    coalesce(
        counted.is_balanced
        and counted.rows_read = counted.rows_loaded + counted.rows_quarantined + counted.rows_duplicate,
        false
    ) as is_balanced,
    files.status as delivery_status,
    counted.file_name,
    nullif(files.reason, '') as reason
from ops.row_conservation as counted
left join ops.deliveries as files
    on counted.file_id = files.file_id  -- the content, which may come again on another day or under another name
    and counted.delivery_date = files.delivery_date
    and counted.source_system = files.source_system
    and counted.feed = files.feed
    and counted.file_name = files.file_name
order by is_balanced, files.status = 'quarantined' desc, counted.delivery_date desc, feed, counted.file_name
limit $listed
"""

FEEDS = """
select source_system || '.' || feed as feed, status as feed_status, last_delivery_date, row_count, domain, owner
from ops.feeds
order by case status when 'missing' then 1 when 'stale' then 2 when 'fresh' then 3 else 4 end,
    domain, source_system, feed
"""

UNKNOWN = """
select source_system, delivery_date, file_name, size_bytes, reason
from ops.inbox_unknown
order by delivery_date desc, source_system, file_name
limit $listed
"""

KINDS = """
select
    kind,
    count(*) filter (where passed) as passed_count,
    count(*) filter (where not passed) as failed_count,
    count(*) filter (where not passed and is_blocking) as blocking_count
from ops.quality_results
where run_id = $run_id
group by kind
order by failed_count desc, kind
"""

CHECKS = """
select passed as is_passed, kind, suite, check_name, subject, is_blocking
from ops.quality_results
where run_id = $run_id
order by passed, is_blocking desc, kind, subject, check_name
limit $listed
"""

MODELS = """
select model, as_of_date, gate, nullif(gate_reason, '') as gate_reason, rows as scored_count
from (
    select *, row_number() over (partition by model order by as_of_date desc, model_run_id desc) as place
    from ops.model_runs
    where as_of_date <= $as_of
)
where place = 1
order by gate = 'passed', model
"""


def draw_verdict(rows: pd.Series, feeds: pd.DataFrame, kinds: pd.DataFrame, models: pd.DataFrame) -> None:
    """The answer to the page's question, in one green sentence or one amber sentence a problem."""
    problems = {
        "trust.problem.unbalanced": rows["unbalanced_count"],
        "trust.problem.failed": kinds["failed_count"].sum(),
        "trust.problem.refused": (models["gate"] != "passed").sum(),
        "trust.problem.missing": (feeds["feed_status"] == "missing").sum(),
        "trust.problem.stale": (feeds["feed_status"] == "stale").sum(),
        "trust.problem.files": rows["quarantined_file_count"],
        "trust.problem.unknown": rows["unknown_file_count"],
    }
    found = [md(key, count=number(count)) for key, count in problems.items() if count > 0]
    if found:
        st.warning("\n".join([t("trust.look"), "", *(f"- {each}" for each in found)]), icon=":material/warning:")
    elif not rows["delivery_count"] or kinds.empty:
        st.info(t("trust.nothing_to_judge"), icon=":material/inbox:")
    else:
        st.success(t("trust.all_good"), icon=":material/verified:")


def draw_deliveries(rows: pd.Series) -> None:
    """Rows read, and what became of each of them."""
    st.header(t("trust.deliveries"))
    counted = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
    draw_figures([Figure(t(f"column.{name}"), number(rows[name]), t(f"definition.{name}")) for name in counted])
    if not rows["delivery_count"]:
        st.info(t("trust.no_deliveries"), icon=":material/inbox:")
        return
    if not rows["unbalanced_count"]:
        st.caption(md("trust.adds_up", count=number(rows["delivery_count"])))
    show_table(_in_words(show(DELIVERIES, {"listed": LISTED}), "delivery_status"), key="deliveries")
    _say_if_cut(rows["delivery_count"])


def draw_unknown(count: int) -> None:
    """Files that no contract describes."""
    st.header(t("trust.unknown"))
    if not count:
        st.caption(t("trust.no_unknown"))
        return
    show_table(show(UNKNOWN, {"listed": LISTED}), key="unknown")
    st.caption(t("trust.unknown_note"))
    _say_if_cut(count)


def draw_checks(kinds: pd.DataFrame, run_id: str) -> None:
    """How many checks held, by kind, and every check with the failed ones first."""
    st.header(t("trust.checks"))
    if kinds.empty:
        st.caption(t("trust.no_checks"))
        return
    show_short_table(_in_words(kinds, "kind"))
    checks = show(CHECKS, {"run_id": run_id, "listed": LISTED})
    checks["is_passed"] = [word("check", "passed" if passed else "failed") for passed in checks["is_passed"]]
    with st.expander(t("trust.every_check"), expanded=bool(kinds["failed_count"].sum())):
        show_table(_in_words(checks, "kind"), key="checks")
        _say_if_cut(int((kinds["passed_count"] + kinds["failed_count"]).sum()))


def draw_models(models: pd.DataFrame) -> None:
    """The last run of each model and whether its gate let the scores out."""
    st.header(t("trust.models"))
    if models.empty:
        st.caption(t("trust.no_models"))
        return
    models["gate_reason"] = [
        model_runs.in_one_language(why) if gate != "passed" and why else None
        for gate, why in zip(models["gate"], models["gate_reason"], strict=True)
    ]
    models["model"] = [word("model", code) for code in models["model"]]
    show_short_table(_in_words(models, "gate").dropna(axis="columns", how="all"))


def draw_pages() -> None:
    """Which page lacks what."""
    st.header(t("trust.pages"))
    needs = [(page, domain) for page, domains in freshness.NEEDS.items() for domain in domains]
    frame = pd.DataFrame(
        {
            "page": [t(f"page.{page}") for page, _ in needs],
            "domain": [word("domain", domain) for _, domain in needs],
            "page_status": [word("page_status", freshness.status_of(domain)) for _, domain in needs],
        }
    )
    show_short_table(frame)


def _in_words(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame.assign(**{name: [word(name, code) for code in frame[name].fillna("")] for name in columns})


def _say_if_cut(count: int) -> None:
    if count > LISTED:
        st.caption(md("trust.first_of", listed=number(LISTED), count=number(count)))


st.title(t("page.trust"))
freshness.banner("trust")
run_id = current().run_id
rows = show(ROWS).iloc[0]
feeds = show(FEEDS)
kinds = show(KINDS, {"run_id": run_id})
models = show(MODELS, {"as_of": current().as_of_date})
draw_verdict(rows, feeds, kinds, models)
draw_deliveries(rows)
st.header(t("trust.feeds"))
show_table(_in_words(feeds, "domain", "feed_status"), key="feeds", height="content")
draw_unknown(int(rows["unknown_file_count"]))
draw_checks(kinds, run_id)
reconciliation.draw_runs()
draw_models(models)
reconciliation.draw_sources()
identity_health.draw_identity()
draw_pages()
