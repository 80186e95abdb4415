"""A small invented shop, published the way a run publishes, for the pages to show.

The frames are kept beside the file, so a test can work out what a page must say without asking the page's own door.
"""

import hashlib
import json
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

ROOT = Path(__file__).parents[2]
AS_OF = date(2011, 12, 10)
RUN = "run-3"

COLUMNS = {
    "marts.fct_orders": """
        order_id varchar, customer_id varchar, ordered_at timestamp, order_date date, country varchar,
        currency_code varchar, line_count bigint, item_count bigint, net_revenue decimal(18,2),
        shipping_amount decimal(18,2), is_guest boolean, order_type varchar""",
    "marts.daily_business": """
        order_date date, order_count bigint, customer_count bigint, new_customer_count bigint,
        gross_revenue decimal(18,2), refund_amount decimal(18,2), net_revenue decimal(18,2),
        guest_order_count bigint, currency_code varchar""",
    "marts.customer_360": """
        customer_id varchar, as_of_date date, entity_type varchar, country varchar, record_count bigint,
        source_systems varchar, first_seen_date date, first_order_date date, last_order_date date,
        recency_days integer, order_count integer, refund_count integer, net_revenue decimal(18,2),
        currency_code varchar, avg_order_value decimal(18,2), r_score integer, f_score integer, m_score integer,
        segment varchar, segment_8 varchar, ticket_count integer, open_ticket_count integer, visit_count integer,
        campaign_touch_count integer, has_ordered boolean""",
    "marts.segments": """
        scheme varchar, segment varchar, rank integer, name_en varchar, name_zh varchar, meaning_en varchar,
        meaning_zh varchar, advice_en varchar, advice_zh varchar""",
    "marts.fct_tickets": "ticket_id varchar, customer_id varchar, created_at timestamp, is_open boolean",
    "marts.fct_interactions": """
        interaction_id varchar, customer_id varchar, interaction_type varchar, occurred_at timestamp,
        source_system varchar, reference_id varchar""",
    "marts.dim_products": "product_id varchar, product_name varchar",
    "ml.rfm": """
        customer_id varchar, as_of_date date, recency_days integer, order_count integer, net_revenue decimal(18,2),
        currency_code varchar, r_score integer, f_score integer, m_score integer, segment varchar,
        segment_8 varchar, model_run_id varchar""",
    "ops.runs": "run_id varchar, as_of_date date, run_number bigint",
    "ops.deliveries": """
        file_id varchar, sha256 varchar, source_system varchar, feed varchar, domain varchar, delivery_date date,
        file_name varchar, size_bytes bigint, encoding varchar, status varchar, reason varchar,
        unmapped_columns varchar, loaded_as_of date""",
    "ops.row_conservation": """
        file_id varchar, source_system varchar, feed varchar, domain varchar, delivery_date date, file_name varchar,
        rows_read bigint, rows_loaded bigint, rows_quarantined bigint, rows_duplicate bigint, is_balanced boolean,
        run_id varchar""",
    "ops.inbox_unknown": """
        source_system varchar, delivery_date date, file_name varchar, size_bytes bigint, reason varchar,
        seen_as_of date""",
    "ops.feeds": """
        source_system varchar, feed varchar, domain varchar, owner varchar, last_delivery_date date,
        row_count bigint, stale_after_days integer, status varchar, as_of_date date""",
    "ops.quality_results": """
        run_id varchar, as_of_date date, kind varchar, suite varchar, check_name varchar, subject varchar,
        passed boolean, is_blocking boolean""",
    "ops.model_runs": """
        model_run_id varchar, model varchar, run_id varchar, as_of_date date, rows bigint, parameters varchar,
        gate varchar, gate_reason varchar""",
}

PEOPLE = {
    "marts.dim_customers": """
        customer_id varchar, entity_type varchar, full_name varchar, email varchar, phone varchar,
        company_name varchar, city varchar, country varchar, region varchar, record_count bigint,
        source_systems varchar, first_seen_date date, last_seen_date date""",
    "marts.customer_records": """
        record_key varchar, customer_id varchar, source_system varchar, source_record_type varchar,
        source_record_id varchar, entity_type varchar, matched_by varchar, assigned_as_of date""",
    "marts.customer_search": "customer_id varchar, kind varchar, value varchar",
}

ELEVEN = {
    "champions": ("Champions", "冠军客户"),
    "loyal": ("Loyal customers", "忠诚客户"),
    "potential_loyalist": ("Potential loyalists", "潜在忠诚客户"),
    "new": ("New customers", "新客户"),
    "promising": ("Promising", "有希望客户"),
    "need_attention": ("Need attention", "需关注客户"),
    "about_to_sleep": ("About to sleep", "即将沉睡客户"),
    "at_risk": ("At risk", "流失风险客户"),
    "cant_lose": ("Cannot lose them", "不能失去的客户"),
    "hibernating": ("Hibernating", "沉睡客户"),
    "lost": ("Lost", "已流失客户"),
}
EIGHT = {
    "important_value": ("Important, valued", "重要价值客户"),
    "important_develop": ("Important, to develop", "重要发展客户"),
    "important_keep": ("Important, to keep", "重要保持客户"),
    "important_retain": ("Important, to win back", "重要挽留客户"),
    "general_value": ("General, valued", "一般价值客户"),
    "general_develop": ("General, to develop", "一般发展客户"),
    "general_keep": ("General, to keep", "一般保持客户"),
    "general_retain": ("General, to win back", "一般挽留客户"),
}
GRID = {
    5: ["new", "potential_loyalist", "potential_loyalist", "champions", "champions"],
    4: ["promising", "potential_loyalist", "potential_loyalist", "loyal", "champions"],
    3: ["about_to_sleep", "need_attention", "need_attention", "loyal", "loyal"],
    2: ["hibernating", "hibernating", "at_risk", "at_risk", "at_risk"],
    1: ["lost", "lost", "at_risk", "cant_lose", "cant_lose"],
}
# What a stranger might put into a field we show: a formula, its full-width twin, Markdown, and an honest name.
COUNTRIES = ["United Kingdom", "中国", '=HYPERLINK("http://x","y")', "＝1+1", "![x](http://x/beacon.png)", "-1+1", None]
FEEDS = [
    ("retail", "order_lines", "orders"),
    ("salesforce", "accounts", "crm"),
    ("salesforce", "campaign_members", "crm"),
    ("zendesk", "tickets", "tickets"),
    ("snowplow", "events", "behaviour"),
]


@dataclass
class Shop:
    """The invented shop: its tables as frames, and the data folder they are published into."""

    data: Path
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    people: dict[str, pd.DataFrame] = field(default_factory=dict)

    def publish(self, version: str = "000003-2011-12-10", *, published_at: datetime | None = None) -> Path:
        """Write a version's folder and point to it, as a run does. Returns the folder."""
        folder = self.data / "published" / version
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "people.duckdb")) as file:
            file.execute("create schema marts")
            for name, columns in PEOPLE.items():
                file.execute(f"create table {name} ({columns})")
                frame = self.people[name]
                file.execute(f"insert into {name} by name select * from frame")
        with duckdb.connect(str(folder / "marts.duckdb")) as file:
            for name, columns in COLUMNS.items():
                # the file is the database `marts`, so the tables of marts stand in its schema `main`
                address = name.replace("marts.", "main.")
                file.execute(f"create schema if not exists {address.partition('.')[0]}")
                file.execute(f"create table {address} ({columns})")
                frame = self.tables.get(name)
                if frame is not None and len(frame):
                    file.execute(f"insert into {address} by name select * from frame")
        manifest = {
            "version": version,
            "as_of_date": AS_OF.isoformat(),
            "published_at": (published_at or datetime.now(UTC) - timedelta(hours=3)).isoformat(),
            "run_id": RUN,
            "tables": {},
            "checks": {},
            "model_gates": {},
            "files": {},
        }
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (self.data / "published" / "current.json").write_text(json.dumps({"version": version}), encoding="utf-8")
        return folder

    def names(self, scheme: str, language: str) -> dict[str, str]:
        """Code -> the published name of the segment."""
        segments = self.tables["marts.segments"].query("scheme == @scheme")
        return dict(zip(segments["segment"], segments[f"name_{language}"], strict=True))


def invent(data: Path) -> Shop:
    """Every table of a published version, from one seed."""
    dice = random.Random(7)
    ids = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(60)]
    orders = _orders(dice, ids[:48], strangers=ids[48:])
    refunds = _refunds(dice, orders)
    customers = _customers(ids, orders, refunds)
    scored = customers[customers["has_ordered"]]
    shop = Shop(data)
    shop.tables = {
        "marts.fct_orders": orders,
        "marts.daily_business": _days(orders, refunds),
        "marts.customer_360": customers,
        "marts.segments": _segments(),
        "marts.fct_interactions": _interactions(orders),
        "marts.dim_products": pd.DataFrame({"product_id": ["p1"], "product_name": ["=1+1 <b>tea</b>"]}),
        "ml.rfm": scored.assign(model_run_id="rfm-3")[_names_of("ml.rfm")],
        **_operations(),
    }
    shop.people = _people(ids)
    return shop


# Names that a stranger might give: a script, a formula, Markdown, a link, one without an end, one from right to left.
HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://canary","y")',
    "![x](http://canary/beacon.png) **bold** # head",
    "www.evil.example",
    "x" * 10_000,
    "\u202egnp.exe\u202c",
]


def _people(ids: list[str]) -> dict[str, pd.DataFrame]:
    names = [*HOSTILE, "张伟", "曾小红", *(f"Canary Number{number}" for number in range(8, len(ids)))]
    people = pd.DataFrame(
        {
            "customer_id": ids,
            "entity_type": "person",
            "full_name": names,
            "email": [f"canary{number}@bird.example" for number in range(len(ids))],
            "phone": [f"1391234{number:04}" for number in range(len(ids))],
            "company_name": None,
            "city": "Canaryville",
            "country": "CN",
            "region": ["华东" if number % 2 else "华南" for number in range(len(ids))],
            "record_count": 1,
            "source_systems": "shopify",
            "first_seen_date": AS_OF - timedelta(days=700),
            "last_seen_date": AS_OF - timedelta(days=2),
        }
    )
    records = pd.DataFrame(
        {
            "record_key": [f"shopify|customer|{customer}" for customer in ids],
            "customer_id": ids,
            "source_system": "shopify",
            "source_record_type": "customer",
            "source_record_id": [f"SC{number:05}" for number in range(len(ids))],
            "entity_type": "person",
            "matched_by": "alone",
            "assigned_as_of": AS_OF,
        }
    )
    found = [
        *((row.customer_id, "name", row.full_name.lower()) for row in people.itertuples()),
        *((row.customer_id, "email", row.email) for row in people.itertuples()),
        *((row.customer_id, "phone", row.phone) for row in people.itertuples()),
        *((row.customer_id, "number", row.source_record_id.lower()) for row in records.itertuples()),
        (ids[6], "pinyin", "zhangwei"),
        (ids[6], "initials", "zw"),
        (ids[7], "pinyin", "zengxiaohong"),
    ]
    return {
        "marts.dim_customers": people,
        "marts.customer_records": records,
        "marts.customer_search": pd.DataFrame(found, columns=["customer_id", "kind", "value"]),
    }


def _names_of(table: str) -> list[str]:
    return re.findall(r"(\w+) [a-z]+(?:\(\d+,\d+\))?,?", COLUMNS[table])


def _orders(dice: random.Random, ids: list[str], strangers: list[str]) -> pd.DataFrame:
    rows = []
    for customer in ids:
        last = dice.choice([2, 9, 20, 45, 80, 150, 260, 400, 600])
        for _ in range(dice.choice([1, 1, 1, 2, 3, 5, 9, 14])):
            ago = last + dice.randrange(0, 800 - last + 1)
            rows.append((customer, AS_OF - timedelta(days=ago), dice.randrange(500, 90_000) / 100, "sale"))
        rows.append((customer, AS_OF - timedelta(days=last), dice.randrange(500, 90_000) / 100, "sale"))
    # what must not count: stock adjustments, and sales delivered already but dated on and after the as-of date
    for stranger in strangers:
        rows.append((stranger, AS_OF - timedelta(days=dice.randrange(1, 60)), 0.0, "adjustment"))
        rows.append((stranger, AS_OF, 777.77, "sale"))
        rows.append((stranger, AS_OF + timedelta(days=2), 888.88, "sale"))
    rows += [(None, AS_OF - timedelta(days=dice.randrange(1, 700)), 12.34, "sale") for _ in range(25)]
    orders = pd.DataFrame(rows, columns=["customer_id", "order_date", "net_revenue", "order_type"])
    return orders.assign(
        order_id=[str(500_000 + number) for number in range(len(orders))],
        ordered_at=pd.to_datetime(orders["order_date"]) + pd.Timedelta(hours=11),
        country="United Kingdom",
        currency_code="GBP",
        line_count=3,
        item_count=7,
        shipping_amount=4.95,
        is_guest=orders["customer_id"].isna(),
    )


def _refunds(dice: random.Random, orders: pd.DataFrame) -> pd.DataFrame:
    sales = orders[(orders["order_type"] == "sale") & orders["customer_id"].notna()]
    given_back = sales[[dice.random() < 0.1 for _ in range(len(sales))]]
    return given_back[["customer_id", "order_date"]].assign(refund_amount=(given_back["net_revenue"] / 2).round(2))


def _days(orders: pd.DataFrame, refunds: pd.DataFrame) -> pd.DataFrame:
    sales = orders[(orders["order_type"] == "sale") & (orders["order_date"] < AS_OF)]
    firsts = sales.groupby("customer_id")["order_date"].min()
    days = sales.groupby("order_date").agg(
        order_count=("order_id", "count"),
        customer_count=("customer_id", "nunique"),
        gross_revenue=("net_revenue", "sum"),
        guest_order_count=("is_guest", "sum"),
    )
    days["new_customer_count"] = firsts.value_counts().reindex(days.index, fill_value=0)
    days["refund_amount"] = refunds.groupby("order_date")["refund_amount"].sum().reindex(days.index, fill_value=0)
    days["gross_revenue"] = days["gross_revenue"].round(2)
    days["net_revenue"] = (days["gross_revenue"] - days["refund_amount"]).round(2)
    return days.assign(currency_code="GBP").reset_index()


def _customers(ids: list[str], orders: pd.DataFrame, refunds: pd.DataFrame) -> pd.DataFrame:
    sales = orders[(orders["order_type"] == "sale") & (orders["order_date"] < AS_OF)]
    bought = sales.groupby("customer_id").agg(
        first_order_date=("order_date", "min"),
        last_order_date=("order_date", "max"),
        order_count=("order_id", "count"),
        gross=("net_revenue", "sum"),
    )
    past = refunds[refunds["order_date"] < AS_OF].groupby("customer_id")["refund_amount"]
    bought["refund_count"] = past.count().reindex(bought.index, fill_value=0)
    bought["net_revenue"] = (bought["gross"] - past.sum().reindex(bought.index, fill_value=0)).round(2)
    bought["avg_order_value"] = (bought["gross"] / bought["order_count"]).round(2)
    bought["recency_days"] = [(AS_OF - last).days for last in bought["last_order_date"]]
    for score, value in {"r_score": -bought["recency_days"], "f_score": bought["order_count"]}.items():
        bought[score] = (value.rank(method="min", pct=True) * 5 + 0.999).astype(int).clip(1, 5)
    bought["m_score"] = (bought["net_revenue"].rank(method="min", pct=True) * 5 + 0.999).astype(int).clip(1, 5)
    bought["segment"] = [GRID[r][f - 1] for r, f in zip(bought["r_score"], bought["f_score"], strict=True)]
    bought["segment_8"] = [_class_of(*scores) for scores in bought[["r_score", "f_score", "m_score"]].to_numpy()]
    customers = pd.DataFrame({"customer_id": ids}).merge(bought.drop(columns="gross").reset_index(), how="left")
    has_ordered = customers["order_count"].notna()
    counts = ["order_count", "refund_count", "net_revenue"]
    customers[counts] = customers[counts].fillna(0)
    whole = ["order_count", "refund_count", "recency_days", "r_score", "f_score", "m_score"]
    return customers.astype(dict.fromkeys(whole, "Int64")).assign(
        as_of_date=AS_OF,
        entity_type=["account" if number >= 56 else "person" for number in range(len(ids))],
        country=[COUNTRIES[number % len(COUNTRIES)] for number in range(len(ids))],
        record_count=1,
        source_systems="retail",
        first_seen_date=AS_OF - timedelta(days=700),
        currency_code="GBP",
        ticket_count=[number % 4 for number in range(len(ids))],
        open_ticket_count=[number % 2 for number in range(len(ids))],
        visit_count=[number % 7 for number in range(len(ids))],
        campaign_touch_count=[number % 3 for number in range(len(ids))],
        has_ordered=has_ordered,
    )


def _class_of(r: int, f: int, m: int) -> str:
    ways = {(True, True): "value", (True, False): "develop", (False, True): "keep", (False, False): "retain"}
    return f"{'important' if m >= 3 else 'general'}_{ways[(bool(r >= 3), bool(f >= 3))]}"


def _interactions(orders: pd.DataFrame) -> pd.DataFrame:
    known = orders[orders["customer_id"].notna()]
    return pd.DataFrame(
        {
            "interaction_id": "order|" + known["order_id"],
            "customer_id": known["customer_id"],
            "interaction_type": "order",
            "occurred_at": known["ordered_at"],
            "source_system": "retail",
            "reference_id": known["order_id"],
        }
    )


def _segments() -> pd.DataFrame:
    rows = [
        (scheme, code, rank, en, zh, f"Meaning of {en}.", f"{zh}的含义。", f"What to do about {en}.", f"{zh}的建议。")
        for scheme, segments in (("rfm", ELEVEN), ("rfm_8", EIGHT))
        for rank, (code, (en, zh)) in enumerate(segments.items(), start=1)
    ]
    texts = ["name_en", "name_zh", "meaning_en", "meaning_zh", "advice_en", "advice_zh"]
    return pd.DataFrame(rows, columns=["scheme", "segment", "rank", *texts])


def _operations() -> dict[str, pd.DataFrame]:
    files = [
        {
            "file_id": f"content-{number % 10}",  # the same content may be delivered again
            "source_system": system,
            "feed": feed,
            "domain": domain,
            "delivery_date": AS_OF - timedelta(days=1 + number % 3),
            "file_name": f"{feed}_{number % 10}.csv",
            "rows_read": 100 * (number + 1),
            "rows_quarantined": number % 3,
            "rows_duplicate": number % 2,
        }
        for number, (system, feed, domain) in enumerate(FEEDS * 3)
    ]
    rows = pd.DataFrame(files)
    rows["rows_loaded"] = rows["rows_read"] - rows["rows_quarantined"] - rows["rows_duplicate"]
    names = ["file_id", "source_system", "feed", "domain", "delivery_date", "file_name"]
    checks = [
        (kind, suite, f"{suite}_check_{number}", f"{schema}.table_{number}")
        for kind, suite, schema, count in (
            ("great_expectations", "raw_retail_order_lines", "raw_retail", 6),
            ("dbt_test", "not_null", "marts", 12),
            ("conservation", "rows", "ops", 3),
        )
        for number in range(count)
    ]
    results = pd.DataFrame(checks, columns=["kind", "suite", "check_name", "subject"])
    results = results.assign(run_id=RUN, as_of_date=AS_OF, passed=True, is_blocking=True)
    before = results.assign(run_id="run-2", as_of_date=AS_OF - timedelta(days=1), passed=False)
    return {
        "ops.runs": pd.DataFrame(
            {"run_id": ["run-2", RUN], "as_of_date": [AS_OF - timedelta(days=1), AS_OF], "run_number": [2, 3]}
        ),
        "ops.deliveries": rows[names].assign(
            size_bytes=4096, encoding="utf-8", status="loaded", reason="", unmapped_columns="", loaded_as_of=AS_OF
        ),
        "ops.row_conservation": rows.assign(is_balanced=True, run_id=RUN),
        "ops.inbox_unknown": pd.DataFrame(
            columns=["source_system", "delivery_date", "file_name", "size_bytes", "reason", "seen_as_of"]
        ),
        "ops.feeds": pd.DataFrame(FEEDS, columns=["source_system", "feed", "domain"]).assign(
            owner="operations",
            last_delivery_date=AS_OF - timedelta(days=1),
            row_count=1500,
            stale_after_days=2,
            status="fresh",
            as_of_date=AS_OF,
        ),
        "ops.quality_results": pd.concat([before, results], ignore_index=True),
        "ops.model_runs": pd.DataFrame(
            {
                "model_run_id": ["rfm-2", "rfm-3"],
                "model": ["rfm", "rfm"],
                "run_id": ["run-2", RUN],
                "as_of_date": [AS_OF - timedelta(days=1), AS_OF],
                "rows": [47, 48],
                "parameters": ["{}", "{}"],
                "gate": ["refused", "passed"],
                "gate_reason": ["too few customers", ""],
            }
        ),
    }
