"""Navigation only: who is let in, which questions there are, and what to say when the shop window is empty."""

import logging
from pathlib import Path

import streamlit as st

from dashboards import access, freshness, shop_window
from dashboards.text import choose_language, t

# A file of our own: a named icon would be fetched from the network by every visitor's browser.
ICON = Path(__file__).with_name("icon.svg")
ICONS = {
    "business": ":material/trending_up:",
    "segments": ":material/groups:",
    "builder": ":material/filter_alt:",
    "customer": ":material/person_search:",
    "leaving": ":material/logout:",
    "retention": ":material/repeat:",
    "trust": ":material/verified:",
    "models": ":material/model_training:",
    "about": ":material/info:",
}


def main() -> None:
    """Let the visitor in, hold on to one version, and run the page."""
    visitor = access.admit()
    if visitor is None:
        return
    pages = [
        st.Page(f"app_pages/{name}.py", title=t(f"nav.{name}"), icon=ICONS[name], url_path=name)
        for name in visitor.pages
    ]
    page = st.navigation(pages)
    shop_window.refresh()
    page.run()


st.set_page_config(page_title=t("app.name"), page_icon=ICON, layout="wide")
choose_language()
try:
    main()
except shop_window.NothingPublishedError as problem:
    freshness.explain(problem)
except shop_window.SnapshotUnreadableError as problem:
    logging.getLogger("dashboards").exception("the published version cannot be read")
    freshness.explain(problem)
except access.PolicyError:
    logging.getLogger("dashboards").exception("nobody is let in")
    st.title(t("access.denied"))
    st.error(t("access.broken"), icon=":material/error:")
except access.NotAllowedError:
    st.error(t("access.not_allowed"), icon=":material/lock:")
