"""How fast are the pages on a big company's snapshot? A synthetic version by SQL, a real server, twenty people.

    python -m tests.benchmarks.pages --customers 1000000

Server time is from the request for a rerun to the message that the script has finished, over the same websocket and
protocol that a browser uses. "cold" is the first answer to a page after the server's start; "warm" are later answers,
each with other filters, so that no answer comes out of a cache whole. "processor" is the server's own time on both
cores for the same answers, which other work on the machine lengthens little. "bare" are the page's own statements, run
one after another on a plain DuckDB connection; page and statements are compared by processor time.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from datetime import timedelta
from pathlib import Path

import duckdb
import psutil
from websockets.typing import Origin, Subprotocol

from tests.dashboards.agreed_tables import add_agreed_tables
from tests.dashboards.invented_shop import AS_OF, ROOT, invent

ORDERS_EACH, EVENTS_EACH, USERS, CLICKS = 10, 50, 20, 5
CUSTOMERS = """
insert into marts.main.customer_360 by name
select md5(number::varchar) as customer_id, $as_of as as_of_date, 'person' as entity_type,
    ['中国', 'United States', 'United Kingdom', 'Canada'][1 + (number % 4)::int] as country,
    1 + number % 3 as record_count,
    'shopify' as source_systems, $as_of - 700 as first_seen_date, $as_of - 690 as first_order_date,
    $as_of - (hash(number) % 600)::int as last_order_date, (hash(number) % 600)::int as recency_days,
    1 + hash(number) % 20 as order_count, 0 as refund_count, hash(number) % 900000 / 100 as net_revenue,
    'CNY' as currency_code, 99 as avg_order_value, 1 + hash(number) % 5 as r_score, 1 + hash(number + 1) % 5 as f_score,
    1 + hash(number + 2) % 5 as m_score,
    ['champions', 'loyal', 'new', 'at_risk', 'lost', 'hibernating'][1 + (hash(number) % 6)::int] as segment,
    ['important_value', 'general_value', 'general_retain'][1 + (hash(number) % 3)::int] as segment_8,
    number % 3 as ticket_count, number % 2 as open_ticket_count, number % 9 as visit_count,
    number % 5 as campaign_touch_count, true as has_ordered
from range($customers) as numbers (number);
insert into marts.main.fct_orders by name
select number::varchar as order_id, md5((hash(number) % $customers)::varchar) as customer_id,
    $as_of - (hash(number) % 730)::int as order_date, order_date::timestamp as ordered_at, '中国' as country,
    'CNY' as currency_code, 3 as line_count, 5 as item_count, hash(number) % 50000 / 100 as net_revenue,
    0 as shipping_amount, false as is_guest, 'sale' as order_type
from range($customers * $orders) as numbers (number) order by customer_id;
insert into marts.main.fct_interactions by name
-- published in the order of customers, as the shelf cuts it
select 'e' || number as interaction_id, md5((hash(number) % $customers)::varchar) as customer_id,
    case when number % 4 = 0 then 'order' else 'visit' end as interaction_type,
    ($as_of - (hash(number + 5) % 730)::int)::timestamp as occurred_at, 'shopify' as source_system,
    number::varchar as reference_id
from range($customers * $events) as numbers (number) order by customer_id;
insert into marts.main.daily_business by name
select order_date, count(*) as order_count, count(distinct customer_id) as customer_count, 10 as new_customer_count,
    sum(net_revenue) as gross_revenue, 0 as refund_amount, sum(net_revenue) as net_revenue, 0 as guest_order_count,
    'CNY' as currency_code
from marts.main.fct_orders where order_date < $as_of group by order_date;
insert into people.marts.dim_customers by name
select customer_id, 'person' as entity_type,
    ['张', '王', '李', '刘'][1 + (hash(customer_id) % 4)::int] || substr(customer_id, 1, 6) as full_name,
    customer_id || '@mail.example' as email, '139' || lpad((hash(customer_id) % 100000000)::varchar, 8, '0') as phone,
    '上海' as city, 'CN' as country, '华东' as region, 1 as record_count, 'shopify' as source_systems,
    $as_of - 700 as first_seen_date, $as_of - 1 as last_seen_date
from marts.main.customer_360;
insert into people.marts.customer_records by name
select 'shopify|customer|' || customer_id as record_key, customer_id, 'shopify' as source_system,
    'customer' as source_record_type, customer_id as source_record_id, 'person' as entity_type,
    'alone' as matched_by, $as_of as assigned_as_of
from people.marts.dim_customers;
insert into people.marts.customer_search
select customer_id, kind, value from (
    select customer_id, 'name' as kind, full_name as value from people.marts.dim_customers
    union all select customer_id, 'email', email from people.marts.dim_customers
    union all select customer_id, 'phone', phone from people.marts.dim_customers
    union all select customer_id, 'pinyin', 'zhang' || substr(customer_id, 1, 6) from people.marts.dim_customers
    union all select customer_id, 'number', customer_id from people.marts.dim_customers
) order by kind, value;
"""


def build(data: Path, customers: int) -> Path:
    """A published version of that many customers, ten orders and twenty events each. Returns its folder."""
    shop = invent(data)
    for tables in (shop.tables, shop.people):
        for name in {*tables} - {"marts.segments", "marts.dim_products"}:
            if not name.startswith("ops."):
                tables[name] = tables[name].head(0)
    folder = shop.publish()
    with duckdb.connect(config={"memory_limit": "4GB", "threads": "2", "temp_directory": str(data / "spill")}) as house:
        house.execute(f"attach '{folder / 'marts.duckdb'}' as marts; attach '{folder / 'people.duckdb'}' as people")
        sizes = {"as_of": AS_OF, "customers": customers, "orders": ORDERS_EACH, "events": EVENTS_EACH}
        for statement in CUSTOMERS.split(";\n"):
            if statement.strip():
                used = {name: value for name, value in sizes.items() if f"${name}" in statement}
                house.execute(statement, used)
    add_agreed_tables(folder)
    return folder


def addresses(dice: random.Random, customers: list[str]) -> dict[str, str]:
    """One address of every page, with filters that differ from call to call."""
    amount = {"field": "net_revenue", "is": "at_least", "value": dice.randrange(8000)}
    bought = {"field": "purchase", "is": "bought", "value": {"category": "tea", "days": dice.randrange(10, 200)}}
    rule = {"match": "all", "groups": [{"match": "all", "conditions": [amount, bought]}]}
    return {
        "": urllib.parse.urlencode(
            {"period": dice.choice([30, 90, 365]), "grain": dice.choice(["day", "week", "month"])}
        ),
        "segments": urllib.parse.urlencode(
            {
                "scheme": dice.choice(["rfm", "rfm_8"]),
                "segment": dice.choice(["champions", "general_value"]),
                "moved_since": (AS_OF - timedelta(days=dice.randrange(20, 300))).isoformat(),
            }
        ),
        "builder": urllib.parse.urlencode({"rule": json.dumps(rule)}),
        "customer": urllib.parse.urlencode({"customer": dice.choice(customers)}),
        "leaving": urllib.parse.urlencode({"cell": f"{dice.choice(['high', 'low'])}-{dice.choice(['high', 'low'])}"}),
        "retention": urllib.parse.urlencode({"by": dice.choice(["source", "channel", "campaign"])}),
        "trust": "",
        "models": urllib.parse.urlencode({"model": dice.choice(["rfm", "churn"])}),
        "about": "",
    }


async def visit(port: int, page: str, query: str) -> float:
    """Open a page as a browser does; returns the seconds until its script has finished. Raises when it failed."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.asyncio.client import connect

    stream = connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(f"http://127.0.0.1:{port}"),
        max_size=None,
        open_timeout=60,
    )
    async with stream as browser:
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        started = time.perf_counter()
        await browser.send(asked.SerializeToString())
        async for received in browser:
            told = ForwardMsg.FromString(bytes(received))
            if told.WhichOneof("type") == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
                raise RuntimeError(f"{page}?{query}: {told.delta.new_element.exception.message}")
            if told.WhichOneof("type") == "script_finished":
                return time.perf_counter() - started
    raise ConnectionError(f"the server hung up on {page}")


Times = dict[str, list[tuple[float, float]]]  # page -> (seconds, seconds of the server's processors) of each answer


async def walk(server: psutil.Process, port: int, pages: list[tuple[str, str]]) -> Times:
    """One person opening these pages with these filters, one after another."""
    took: Times = {}
    for page, query in pages:
        before = server.cpu_times()
        seconds = await visit(port, page, query)
        after = server.cpu_times()
        used = after.user + after.system - before.user - before.system
        took.setdefault(page, []).append((seconds, used))
    return took


def clicks(dice: random.Random, customers: list[str]) -> list[tuple[str, str]]:
    """Every page CLICKS times, in another order each time."""
    asked: list[tuple[str, str]] = []
    for _ in range(CLICKS):
        pages = list(addresses(dice, customers).items())
        dice.shuffle(pages)
        asked += pages
    return asked


def bare(folder: Path, port_env: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Milliseconds of processor of each page without any cache, and of its statements on a plain connection."""
    os.environ.update(port_env)
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    from dashboards import shop_window

    asked: list[tuple[str, dict]] = []
    original = shop_window._cursor

    class Listening:
        """A cursor that remembers what it was asked."""

        def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
            self._cursor = cursor

        def execute(self, sql: str, parameters: dict | None = None) -> None:
            asked.append((sql, parameters or {}))
            self._cursor.execute(sql, parameters or {})

        def __getattr__(self, name: str) -> object:
            return getattr(self._cursor, name)

    shop_window._cursor = lambda *files: Listening(original(*files))  # type: ignore[assignment]
    plain = duckdb.connect(":memory:", config={"threads": "2", "memory_limit": "1GB"})
    plain.execute(f"attach '{folder / 'marts.duckdb'}' as marts (read_only)")
    plain.execute(f"attach '{folder / 'people.duckdb'}' as people (read_only)")
    plain.execute("use marts")
    found = {}
    browser = AppTest.from_file(str(ROOT / "dashboards" / "streamlit_app.py"), default_timeout=120).run()
    for page in ("business", "segments", "builder", "leaving", "retention", "trust", "models", "about"):
        browser.switch_page(f"app_pages/{page}.py").run()
        st.cache_data.clear()
        asked.clear()
        started = time.process_time()
        browser.run()
        whole = time.process_time() - started
        started = time.process_time()
        for sql, parameters in asked:
            plain.execute(sql, parameters).fetchall()
        found[page] = (whole * 1000, (time.process_time() - started) * 1000)
    found["search"] = _search_time(plain)
    return found


def _search_time(plain: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    from dashboards import access, customer_search, shop_window

    administrator = access.Visitor("bench", "administrator", (), frozenset({"people"}))
    access.visitor = lambda: administrator  # type: ignore[assignment]
    snapshot = shop_window.find(shop_window.published_folder())
    shop_window.current = lambda: snapshot  # type: ignore[assignment]
    took = []
    emails = plain.execute("select email, full_name, phone from people.marts.dim_customers limit 15").fetchall()
    for typed in [value for row in emails for value in row]:
        started = time.perf_counter()
        assert len(customer_search.find(typed))
        took.append((time.perf_counter() - started) * 1000)
    return percentile(took), statistics.median(took)


def percentile(values: list[float]) -> float:
    """The 95th."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def serve(data: Path) -> tuple[subprocess.Popen, int]:
    """The real server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/streamlit_app.py", "--server.port", str(port)]
    log = (data / "server.log").open("w")
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"CRM_DATA": str(data)}, stdout=log, stderr=log)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
            return server, port
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the server did not answer within a minute: {data / 'server.log'}")


def main() -> None:
    """Build, serve, click, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="a folder to keep the snapshot in, used again where it has one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        data = asked.data or Path(place)
        built = sorted((data / "published").glob("0*"))
        folder = built[-1] if built else build(data, asked.customers)
        with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as file:
            listed = file.execute("select customer_id from main.customer_360 limit 500").fetchall()
        customers = [row[0] for row in listed]
        server, port = serve(data)
        try:
            watched = psutil.Process(server.pid)
            cold = asyncio.run(walk(watched, port, list(addresses(random.Random(1), customers).items())))
            warm = asyncio.run(walk(watched, port, clicks(random.Random(2), customers)))
            _print_answers(cold, warm)
            started = time.perf_counter()
            crowd = asyncio.run(_crowd(port, customers))
            lasted = time.perf_counter() - started
            memory = psutil.Process(server.pid).memory_info().rss / 2**20
        finally:
            server.terminate()
            server.wait(timeout=20)
        in_process = bare(folder, {"CRM_DATA": str(data)})
    _print_statements(in_process)
    print(f"customer search p95 {in_process['search'][0]:.0f} ms, median {in_process['search'][1]:.0f} ms")
    print(
        f"{USERS} people: {len(crowd)} pages in {lasted:.1f} s without an error, p95 {percentile(crowd) * 1000:.0f} ms"
    )
    print(f"memory of the server {memory:,.0f} MB")


async def _crowd(port: int, customers: list[str]) -> list[float]:
    async def person(number: int) -> list[float]:
        dice = random.Random(number)
        return [await visit(port, *dice.choice(list(addresses(dice, customers).items()))) for _ in range(3)]

    return [seconds for each in await asyncio.gather(*(person(n) for n in range(USERS))) for seconds in each]


def _print_answers(cold: Times, warm: Times) -> None:
    print(f"{'page, ms':<12}{''.join(f'{head:>11}' for head in ('cold', 'processor', 'warm p95', 'processor'))}")
    for page in cold:
        times = [percentile([answer[which] for answer in told[page]]) for told in (cold, warm) for which in (0, 1)]
        print(f"{page or 'business':<12}{''.join(f'{each * 1000:>11.0f}' for each in times)}", flush=True)


def _print_statements(in_process: dict[str, tuple[float, float]]) -> None:
    print(f"{'page, ms':<12}{'uncached':>11}{'bare':>11}{'ratio':>7}")
    for page, (whole, statements) in in_process.items():
        if page != "search":
            print(f"{page:<12}{whole:>11.0f}{statements:>11.0f}{whole / statements:>7.1f}")


if __name__ == "__main__":
    main()
