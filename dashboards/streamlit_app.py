"""Navigation only: who is let in, which questions there are, and what to say when the shop window is empty."""

import logging
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

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
    # Streamlit serves the first page at the bare address and reserves its name: under its name it is a second one.
    first, *others = visitor.pages
    pages = [_page(first, "home"), *(_page(name, name) for name in others)]
    page = st.navigation([*pages, _page(first, first, "hidden")])
    shop_window.refresh()
    page.run()


def _page(name: str, path: str, visibility: Literal["visible", "hidden"] = "visible") -> StreamlitPage:
    title = t(f"nav.{name}")
    return st.Page(f"app_pages/{name}.py", title=title, icon=ICONS[name], url_path=path, visibility=visibility)


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
