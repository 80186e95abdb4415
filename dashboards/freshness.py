"""What every page says about itself before it says anything else: which version, how old, and what is not in it.

Belongs here: the banner, the sentences about feeds that are missing or late, and which page needs which domain.
Does not belong here: the figures of any page.
"""

from datetime import timedelta

import streamlit as st

from dashboards import access, clock, shop_window
from dashboards.code_names import name_of
from dashboards.text import ago, day, listing, md, span, t, word

# What a page shows comes from these domains of ops.feeds.
NEEDS = {
    "business": ("orders",),
    "segments": ("orders", "crm", "tickets", "behaviour"),
    "builder": ("orders",),
    "customer": (),
    "leaving": ("orders",),
    "retention": ("orders",),
    "trust": (),
    "models": (),
    "about": (),
}

# Pages whose figures are counted over the whole company, whatever customers the visitor may list.
OF_THE_COMPANY = ("business", "retention", "trust", "models", "about")

# A nightly run publishes every 24 hours; half a day late, somebody should look.
_LATE = timedelta(hours=36)

_CLOCK = ":material/schedule:"

_FEEDS = """
select domain, source_system || '.' || feed as feed, status, last_delivery_date, stale_after_days
from ops.feeds
where status <> 'unused'
order by domain, source_system, feed
"""


def banner(page: str) -> frozenset[str]:
    """Say which version this is, how old it is, and which of the page's feeds are missing or late.

    Returns the domains of which nothing at all was ever delivered: their figures must not be shown as zeros.
    """
    snapshot = shop_window.current()
    age = clock.age_of(snapshot.published_at)
    st.caption(md("banner.version", as_of=day(snapshot.as_of_date), version=snapshot.version, age=ago(age)))
    if age > _LATE:
        st.warning(md("banner.late", age=span(age)), icon=_CLOCK)
    _say_what_is_limited(page)
    missing = frozenset(domain for domain in NEEDS[page] if status_of(domain) == "missing")
    for domain in NEEDS[page]:
        _say_what_is_missing(domain)
    return missing


def status_of(domain: str) -> str:
    """fresh; stale or partial when some feeds are late or absent; missing when nothing was ever delivered."""
    statuses = [feed["status"] for feed in _feeds(domain)]
    if all(status == "missing" for status in statuses):
        return "missing"
    if "missing" in statuses:
        return "partial"
    return "stale" if "stale" in statuses else "fresh"


def explain(problem: Exception) -> None:
    """The page of a house with nothing, or nothing readable, in its window: what happened and what to run."""
    if isinstance(problem, shop_window.NothingPublishedError):
        st.title(t("window.empty.title"))
        st.markdown(md("window.empty.what", place=str(problem)))
        st.code("crm run", language="bash")
        st.caption(t("window.empty.then"))
        return
    st.title(t("window.unreadable.title"))
    st.error(t("window.unreadable.what"), icon=":material/error:")
    st.markdown(t("window.unreadable.do"))
    st.code("crm status\ncrm run\ncrm rollback", language="bash")
    with st.expander(t("window.unreadable.detail")):
        st.code(str(problem), language=None, wrap_lines=True)


def _say_what_is_limited(page: str) -> None:
    rows = access.visitor().rows
    if rows:
        kept = "; ".join(
            f"{t(f'column.{column}')}: {listing([name_of(column, code) for code in codes])}"
            for column, codes in rows.items()
        )
        st.caption(md("access.whole_company" if page in OF_THE_COMPANY else "access.limited", rows=kept))


def _say_what_is_missing(domain: str) -> None:
    feeds = _feeds(domain)
    absent = [feed["feed"] for feed in feeds if feed["status"] == "missing"]
    late = [feed for feed in feeds if feed["status"] == "stale"]
    name = word("domain", domain)
    if len(absent) == len(feeds):
        st.info(md("feed.missing", domain=name), icon=":material/inbox:")
    elif absent:
        st.info(md("feed.partial", domain=name, feeds=listing(absent)), icon=":material/inbox:")
    if late:
        st.warning(md("feed.stale", domain=name, feeds=listing([_last_seen(feed) for feed in late])), icon=_CLOCK)


def _last_seen(feed: dict) -> str:
    return t(
        "feed.last_seen",
        feed=feed["feed"],
        last=day(feed["last_delivery_date"]),
        limit=str(feed["stale_after_days"]),
    )


def _feeds(domain: str) -> list[dict]:
    feeds = shop_window.show(_FEEDS)
    return feeds[feeds["domain"] == domain].to_dict("records")
