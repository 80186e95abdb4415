"""Navigation only: which questions there are, and what to say when the shop window is empty."""

import logging
from pathlib import Path

import streamlit as st

from dashboards import freshness, shop_window
from dashboards.text import choose_language, t

# A file of our own: a named icon would be fetched from the network by every visitor's browser.
ICON = Path(__file__).with_name("icon.svg")

st.set_page_config(page_title=t("app.name"), page_icon=ICON, layout="wide")
choose_language()
page = st.navigation(
    [
        st.Page("app_pages/business.py", title=t("page.business"), icon=":material/trending_up:", url_path="business"),
        st.Page("app_pages/segments.py", title=t("page.segments"), icon=":material/groups:", url_path="segments"),
        st.Page("app_pages/trust.py", title=t("page.trust"), icon=":material/verified:", url_path="trust"),
    ]
)
try:
    shop_window.refresh()
    page.run()
except shop_window.NothingPublishedError as problem:
    freshness.explain(problem)
except shop_window.SnapshotUnreadableError as problem:
    logging.getLogger("dashboards").exception("the published version cannot be read")
    freshness.explain(problem)
