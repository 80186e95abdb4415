"""Where do the numbers come from? The way of a row, what each figure means, and which versions there are."""

import os
from itertools import islice

import pandas as pd
import streamlit as st

from dashboards import clock, freshness
from dashboards.shop_window import current, has_tables, show, versions
from dashboards.tables import show_short_table, show_table
from dashboards.text import ago, day, language, md, t, word

STEPS = ("exports", "door", "staging", "identity", "marts", "models", "published", "pages")
VERSIONS = 10
DOCUMENTS = {"dbt": "dbt.html", "checks": "data_docs/index.html"}  # as `make docs` writes them

METRICS = """
select
    case $language when 'zh' then name_zh else name_en end as metric,
    case $language when 'zh' then definition_zh else definition_en end as meaning,
    formula,
    unit,
    owner
from marts.metrics
order by metric
"""


def draw_lineage() -> None:
    """From an export to a page, one line a step."""
    st.header(t("about.lineage"))
    steps = [{"step": t(f"about.step.{name}"), "meaning": t(f"about.step_is.{name}")} for name in STEPS]
    show_short_table(pd.DataFrame(steps))
    st.caption(t("about.tools"))


def draw_metrics() -> None:
    """The metric dictionary, with a search in the table's own toolbar."""
    st.header(t("about.metrics"))
    if not has_tables("marts.metrics"):
        st.info(t("about.no_metrics"), icon=":material/menu_book:")
        return
    metrics = show(METRICS, {"language": language()})
    metrics["unit"] = [word("unit", code) for code in metrics["unit"]]
    show_table(metrics, key="metrics")


def draw_versions() -> None:
    """The versions that lie in the shop window, newest first, and which one is shown."""
    st.header(t("about.versions"))
    rows = [
        {
            "version": found.version,
            "as_of_date": found.as_of_date,
            "published": ago(clock.age_of(found.published_at)),
            "is_shown": found.version == current().version,
            "checks_passed": found.checks.get("passed"),
            "checks_failed": found.checks.get("failed"),
        }
        for found in islice(versions(), VERSIONS)
    ]
    show_table(pd.DataFrame(rows), key="versions", height="content")
    st.caption(md("about.of_day", day=day(current().as_of_date)))


def draw_documents() -> None:
    """Where the long explanations are."""
    st.header(t("about.documents"))
    address = os.environ.get("CRM_DOCS_URL", "").rstrip("/")
    if address:
        with st.container(horizontal=True):
            for name, path in DOCUMENTS.items():
                st.link_button(t(f"about.document.{name}"), f"{address}/{path}", icon=":material/open_in_new:")
        return
    st.markdown(t("about.documents_are"))
    st.code("make docs\npython -m http.server 8502 --bind 127.0.0.1 --directory docs/build", language="bash")
    st.caption(t("about.documents_then"))


def main() -> None:
    """Lineage, dictionary, versions, documents."""
    st.title(t("page.about"))
    freshness.banner("about")
    draw_lineage()
    draw_metrics()
    draw_versions()
    draw_documents()


main()
