"""The website: page views and what goes with them, in the columns of the tracker's event table that are used."""

import numpy as np
import pandas as pd

from orchestration.world import names
from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Delivery, Export, columns, cut, records
from orchestration.world.lives import Lives
from orchestration.world.people import person_ids, shop_id
from orchestration.world.seasons import Calendar

EVENTS = columns(
    "app_id platform collector_tstamp dvce_created_tstamp derived_tstamp event event_id event_name user_id "
    "domain_userid domain_sessionidx domain_sessionid network_userid page_url page_title page_urlhost page_urlpath "
    "page_referrer refr_medium refr_source mkt_medium mkt_source mkt_campaign se_category se_action useragent "
    "br_lang geo_country geo_city dvce_type os_timezone"
)
HOST = "shop.example.com"
# Where a visit comes from: weight, referrer's medium and source, campaign's medium and source.
ORIGINS = [
    (40, "", "", "", ""),
    (20, "search", "Baidu", "", ""),
    (15, "social", "WeChat", "social", "wechat"),
    (10, "social", "Weibo", "social", "weibo"),
    (15, "email", "", "email", "newsletter"),
]
DEVICES = [("Mobile", "Mozilla/5.0 (Linux; Android 14) Mobile"), ("Computer", "Mozilla/5.0 (Windows NT 10.0; Win64)")]


def export(people: pd.DataFrame, lives: Lives, calendar: Calendar, dice: Dice) -> Export:
    events = web_events(people, lives, calendar, dice)
    found = cut(events[EVENTS], events["collector_tstamp"], calendar.end)
    known = events[events["user_id"] != ""].drop_duplicates("user_id")
    behind = records("snowplow", "web_user", known["user_id"], person_ids(known["person"]))
    return Export([Delivery("snowplow", day, "events.csv", part) for day, part in found], behind)


def web_events(people: pd.DataFrame, lives: Lives, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """Every event as it reached the collector, oldest first; one in a hundred reached it twice."""
    events = _page_events(people, lives.visits, dice)
    key = events["person"], events["number"], events["kind"], events["step"]
    created = calendar.timestamps(events["at"]) + events["step"].to_numpy() * np.timedelta64(7, "s")
    path = "/product/" + pd.Series(dice.whole("page", 101, 120, *key), events.index).astype(str)
    path = path.mask(events["step"] == 0, "/")
    who = people.loc[events["person"]].set_index(events.index)
    is_home = who["country"] == "China"
    frame = events.assign(
        app_id="web",
        platform="web",
        dvce_created_tstamp=created,
        derived_tstamp=created,
        collector_tstamp=created + np.timedelta64(1, "s"),
        event_id=_uuids("event", dice, *key),
        event_name=events["event"],
        domain_userid=_uuids("visitor", dice, events["person"], events["device"]),
        domain_sessionid=_uuids("session", dice, events["person"], events["number"], events["kind"]),
        domain_sessionidx=3 * events["number"] + 3 - events["kind"],
        network_userid=_uuids("network", dice, events["person"], events["device"]),
        page_url=f"https://{HOST}" + path,
        page_title=np.where(events["step"] == 0, "首页 Home", "商品 Product"),
        page_referrer=np.where(events["step"] == 0, "", f"https://{HOST}/"),
        page_urlhost=HOST,
        page_urlpath=path,
        mkt_campaign=np.where(events["mkt_medium"] != "", calendar.season_of(events["at"]), ""),
        useragent=np.array([agent for _, agent in DEVICES])[events["device"]],
        dvce_type=np.array([kind for kind, _ in DEVICES])[events["device"]],
        br_lang=np.where(is_home, "zh-CN", "en-GB"),
        geo_country=who["country"].map(names.COUNTRY_CODES),
        geo_city=who["city"],
        os_timezone=np.where(is_home, "Asia/Shanghai", "Europe/London"),
    )
    again = frame[dice.happens("is sent twice", 0.01, *key)]
    again = again.assign(collector_tstamp=again["collector_tstamp"] + np.timedelta64(40, "s"))
    frame = pd.concat([frame, again], ignore_index=True)
    return frame.sort_values(["collector_tstamp", "event_id"], ignore_index=True)


def _page_events(people: pd.DataFrame, visits: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """Views of a visit every two minutes, a ping after some, something put into the cart before an order."""
    key = visits["person"], visits["number"], visits["kind"]
    origin = dice.pick("origin", [weight for weight, *_ in ORIGINS], *key)
    device = dice.whole("usual device", 0, 1, visits["person"])
    other = dice.happens("other device", 0.15, *key)
    account = shop_id(visits["person"], visits["number"], visits["person"].map(people["has_two_accounts"]))
    visits = visits.assign(device=np.where(other, 1 - device, device), account=account.astype(str))
    for place, column in enumerate(["refr_medium", "refr_source", "mkt_medium", "mkt_source"], start=1):
        visits[column] = np.array([row[place] for row in ORIGINS])[origin]
    events = visits.loc[visits.index.repeat(2 * visits["views"])].copy()
    key = events["person"], events["number"], events["kind"]
    events["step"] = events.groupby(level=0).cumcount()  # even: a view, odd: what followed it
    is_view = events["step"] % 2 == 0
    buys = events["person"].map(people["is_buyer"]).astype(bool) & (events["kind"] == 0)
    is_cart = buys & (events["step"] == 2 * events["views"] - 1)
    events["event"] = np.select([is_view, is_cart], ["page_view", "struct"], "page_ping")
    events["se_category"], events["se_action"] = np.where(is_cart, "shop", ""), np.where(is_cart, "add_to_cart", "")
    # Many sign in on the second page: only the visitor's cookie tells who saw the first.
    signs_in_late = dice.happens("signs in late", 0.5, *key) & (events["step"] < 2)
    events["user_id"] = events["account"].where(events["is_signed_in"] & ~signs_in_late, "")
    events["at"] += events["step"] // 2 * 2 / 1440
    return events[is_view | is_cart | dice.happens("stays on the page", 0.4, *key, events["step"])]


def _uuids(question: str, dice: Dice, *counters: pd.Series) -> list[str]:
    high, low = dice.bits(f"{question}, high half", *counters), dice.bits(f"{question}, low half", *counters)
    texts = (f"{int(a):016x}{int(b):016x}" for a, b in zip(high, low, strict=True))
    return [f"{t[:8]}-{t[8:12]}-4{t[13:16]}-8{t[17:20]}-{t[20:]}" for t in texts]
