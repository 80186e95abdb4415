"""The real server in a real browser: nine pages, two languages, two themes, a telephone and a desk, and one journey.

Pictures of every walk stay in tests/artefacts/, to be looked at by a person.
"""

import csv
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import yaml
from playwright.sync_api import Page, expect, sync_playwright

from tests.dashboards.agreed_tables import add_agreed_tables
from tests.dashboards.conftest import POLICY
from tests.dashboards.fake_provider import CLIENT, provider
from tests.dashboards.invented_shop import AS_OF, ROOT, invent
from tests.dashboards.test_roles import canaries

ARTEFACTS = ROOT / "tests" / "artefacts"
SIZES = {"phone": (390, 844), "desk": (1280, 900)}
# Streamlit closes the sidebar behind a visitor only when the browser says that it is a telephone's.
TELEPHONE = {
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
}
expect.set_options(timeout=30_000)  # a cold server imports pandas before its first answer
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
QUESTIONS = {
    "en": {
        "business": "How is the business doing?",
        "segments": "Who are our customers?",
        "builder": "Whom do we want to reach?",
        "customer": "Who is this customer?",
        "leaving": "Who is leaving, and what is it worth?",
        "retention": "Where do customers come from, and do they stay?",
        "trust": "Can we trust today's numbers?",
        "models": "How good are the models?",
        "about": "Where do the numbers come from?",
    },
    "zh": {
        "business": "生意做得怎么样？",
        "segments": "我们的客户是谁？",
        "builder": "我们想联系谁？",
        "customer": "这位客户是谁？",
        "leaving": "谁正在流失，价值多少？",
        "retention": "客户从哪里来，留下了吗？",
        "trust": "今天的数字可信吗？",
        "models": "模型有多好？",
        "about": "数字从哪里来？",
    },
}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The invented shop, published once for all walks."""
    shop = invent(tmp_path_factory.mktemp("data"))
    add_agreed_tables(shop.publish())
    return shop


@pytest.fixture(scope="module")
def address(published):
    """The real server on a free loopback port."""
    with serving(published, let_in(published, "administrator"), _free_port()) as found:
        yield found


@contextmanager
def serving(published, policy: Path, port: int, *options: str) -> Iterator[str]:
    """The real server while the block runs; yields its address. Its log lies in the shop's data folder."""
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/streamlit_app.py", "--server.port", str(port)]
    told = {"CRM_DATA": str(published.data), "CRM_ACCESS": str(policy)}
    log = (published.data / "server.log").open("w")
    server = subprocess.Popen([*command, *options], cwd=ROOT, env=os.environ | told, stdout=log, stderr=log)
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/_stcore/health", server, Path(log.name))
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """A Chromium of this machine. Without one these tests are skipped by name; under CI that is a failure."""
    names = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        reason = f"no Chromium found (looked for {', '.join(names)}): the browser tests of the dashboards cannot run"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # Chromium keeps crash settings and caches at home; a test leaves nothing there.
        home = {"HOME": str(tmp_path_factory.mktemp("home"))}
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS, env=os.environ | home)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address):
    """Opens an address as a visitor; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(
        path: str, size: str = "desk", theme: str = "light", locale: str = "en-GB", heard: list[bytes] | None = None
    ) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale=locale,
            **(TELEPHONE if size == "phone" else {}),
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: _is_ours(message) and complaints.append(message.text))
        page.on("request", lambda request: _leaves_home(request.url) and complaints.append(f"asked for {request.url}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if heard is not None:
            page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(_bytes(frame))))
            page.on("response", lambda answer: _is_data(answer.url) and heard.append(answer.body()))
        page.goto(f"{address}/{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("en", "light", "desk"), ("zh", "dark", "desk"), ("en", "dark", "phone"), ("zh", "light", "phone")],
)
def test_a_visitor_can_walk_through_every_page(visit, published, language, theme, size):
    page = visit(f"?lang={language}", size, theme)
    for name, question in QUESTIONS[language].items():
        if name != "business":
            _go_to(page, list(QUESTIONS[language]).index(name), size)
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        _settle(page)
        _take_picture(page, f"{name}-{language}-{theme}-{size}", size)
        expected = _expected(published, name)
        assert _figures(page)[: len(expected)] == expected
        assert page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]').count() == 0
        assert _sideways_overflow(page) == []


def test_the_language_of_the_browser_is_the_language_of_the_page(visit):
    page = visit("", locale="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS["zh"]["business"])
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS["en"]["business"])
    expect(page).to_have_url(re.compile("lang=en"))


def test_a_click_on_the_map_shows_that_segment(visit, published):
    page = visit("segments?lang=en")
    _settle(page)
    squares = page.get_by_test_id("stVegaLiteChart").nth(1)
    squares.get_by_text("Lost", exact=True).first.click()
    expect(page.get_by_role("heading", level=2, name="Lost")).to_be_visible()
    lost = (published.tables["marts.customer_360"]["segment"] == "lost").sum()
    _settle(page)
    assert _figures(page)[0] == str(lost)


def test_a_click_on_the_table_shows_that_segment(visit, published):
    page = visit("segments?lang=zh")
    _settle(page)
    rank = list(published.names("rfm", "zh")).index("hibernating")
    page.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 35 * (rank + 1) + 17})
    expect(page.get_by_role("heading", level=2, name="沉睡客户")).to_be_visible()
    _settle(page)
    assert _figures(page)[0] == str((published.tables["marts.customer_360"]["segment"] == "hibernating").sum())


def test_another_period_shows_the_figures_of_that_period(visit, published):
    page = visit("?lang=zh")
    _settle(page)
    page.get_by_role("radio", name="最近 365 天").click()
    sales = published.tables["marts.fct_orders"].query("order_type == 'sale'")
    count = sum(0 < (AS_OF - day).days <= 365 for day in sales["order_date"])
    expect(page.get_by_test_id("stMetricValue").nth(1)).to_have_text(f"{count:,}")


def test_the_downloaded_file_holds_the_customers_of_the_segment(visit, published):
    page = visit("segments?lang=zh")
    _settle(page)
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    raw = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == f"customers-champions-{AS_OF}.csv"
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    champions = published.tables["marts.customer_360"].query("segment == 'champions'")
    assert {row["客户"] for row in rows} == set(champions["customer_id"])


def test_a_marketer_finds_a_customer_states_a_segment_saves_it_and_takes_the_list_home(visit, published):
    page = visit("customer?lang=en")
    page.get_by_role("textbox").first.fill("zhangwei")
    page.get_by_role("textbox").first.press("Enter")
    expect(page.get_by_role("heading", level=2, name="张伟")).to_be_visible()
    page.get_by_role("tab", name="Timeline").click()
    rule = {"field": "net_revenue", "is": "at_least", "value": 1000}
    stated = json.dumps({"match": "all", "groups": [{"match": "all", "conditions": [rule]}]})
    page = visit(f"builder?lang=en&rule={urllib.parse.quote(stated)}")
    found = published.tables["marts.customer_360"].query("net_revenue >= 1000")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(str(len(found)))
    page.get_by_role("textbox", name="Name of the file").fill("rich_ones")
    page.get_by_test_id("stBaseButton-primaryFormSubmit").click()
    expect(page.get_by_text("is saved as version 1")).to_be_visible()
    assert (published.data / "segments" / "rich_ones.yml").is_file()
    _settle(page)
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").first.click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert {row["Customer"] for row in rows} == set(found["customer_id"])
    log = "".join(path.read_text("utf-8") for path in (published.data / "audit").iterdir())
    done = [json.loads(line)["action"] for line in log.splitlines()]
    assert [action for action in done if action != "view_customer"][-3:] == ["search", "save_segment", "export"]


def test_no_byte_that_a_nameless_analyst_receives_names_anybody(visit, published):
    """Pages, all of the websocket, three kinds of download and both logs, searched for what people.duckdb holds."""
    heard: list[bytes] = []
    page = visit(
        f"customer?lang=en&customer={published.people['marts.dim_customers']['customer_id'].iloc[3]}", heard=heard
    )
    _settle(page)
    planted = [each.encode() for each in canaries(published)]
    assert any(canary in b"".join(heard) for canary in planted), "an administrator hears names, so hearing works"
    let_in(published, "analyst")
    try:
        heard.clear()
        page = visit("builder?lang=en", heard=heard)
        _settle(page)
        for place in range(len(POLICY["roles"]["analyst"]["pages"])):
            page.get_by_test_id("stSidebarNavLink").nth(place).click()
            _settle(page)
            heard += [each.encode() for each in (page.content(), page.url)]
        page.get_by_test_id("stSidebarNavLink").nth(2).click()
        _settle(page)
        for button in page.get_by_test_id("stDownloadButton").get_by_role("button").all():
            with page.expect_download() as download:
                button.click()
            heard.append(_unpacked(Path(download.value.path())))
    finally:
        let_in(published, "administrator")
    heard += [path.read_bytes() for path in (published.data / "server.log", *(published.data / "audit").iterdir())]
    everything = b"".join(heard)
    assert b"champions" in everything.lower(), "nothing was received, so nothing was proved"
    assert [canary.decode() for canary in planted if canary in everything] == []


@pytest.mark.long
def test_a_person_signs_in_with_the_companys_provider_and_has_the_role_of_their_mailbox(chromium, published, tmp_path):
    """OpenID Connect from the button to the page and out again, against a provider of our own."""
    policy = tmp_path / "access.yml"
    people = {"single_user": {"is_on": False}, "users": {"jia@example.org": {"role": "viewer"}}}
    policy.write_text(yaml.safe_dump(POLICY | people, allow_unicode=True), encoding="utf-8")
    port = _free_port()
    with provider({"email": "Jia@Example.org", "email_verified": True}) as issuer:
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(
            f"""
            [auth]
            redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
            cookie_secret = "{"not a secret but long enough" * 2}"
            client_id = "{CLIENT}"
            client_secret = "none"
            server_metadata_url = "{issuer}/.well-known/openid-configuration"
            """,
            encoding="utf-8",
        )
        with serving(published, policy, port, "--secrets.files", str(secrets)) as address:
            page = chromium.new_page()
            page.goto(f"{address}/?lang=en")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS["en"]["business"])
            expect(page.get_by_test_id("stSidebar")).to_contain_text("example.org · viewer")
            assert page.get_by_test_id("stSidebarNavLink").count() == len(POLICY["roles"]["viewer"]["pages"])
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("button", name="Sign in")).to_be_visible()
            page.close()


def let_in(published, role: str) -> Path:
    """Make whoever opens the server somebody of that role, from the next rerun on."""
    policy = published.data / "access.yml"
    single = {"is_on": True, "name": "ada", "role": role}
    policy.write_text(yaml.safe_dump(POLICY | {"single_user": single}, allow_unicode=True), encoding="utf-8")
    return policy


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def _is_data(url: str) -> bool:
    return "/media/" in url or "/_stcore/" in url


def _unpacked(path: Path) -> bytes:
    """What a file says, whatever it is packed in."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            return b"".join(book.read(name) for name in book.namelist())
    raw = path.read_bytes()
    return pd.read_parquet(io.BytesIO(raw)).to_csv().encode() if raw.startswith(b"PAR1") else raw


def _is_ours(message) -> bool:
    # a page opened by its own address makes Streamlit look for its server below that address first, and miss
    return message.type in ("error", "warning") and "/_stcore/" not in (message.location or {}).get("url", "")


def _leaves_home(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def _expected(shop, page: str) -> list[str]:
    """The first figures of a page, from the frames."""
    if page == "business":
        sales = shop.tables["marts.fct_orders"].query("order_type == 'sale'")
        days = shop.tables["marts.daily_business"]
        age = [(AS_OF - day).days for day in sales["order_date"]]
        bought = sales[[0 < days_ago <= 30 for days_ago in age]]
        net = days[[(AS_OF - day).days <= 30 for day in days["order_date"]]]["net_revenue"].sum()
        average = bought["net_revenue"].sum() / len(bought)
        return [f"{bought['customer_id'].nunique():,}", f"{len(bought):,}", f"£{net:,.0f}", f"£{average:,.2f}"]
    if page == "segments":
        champions = shop.tables["marts.customer_360"].query("segment == 'champions'")
        recency = round(float(champions["recency_days"].median()))
        return [f"{len(champions):,}", f"£{champions['net_revenue'].sum():,.0f}", f"{recency:,}"]
    if page != "trust":
        return []
    rows = shop.tables["ops.row_conservation"]
    return [f"{rows[name].sum():,}" for name in ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")]


def _figures(page: Page) -> list[str]:
    return [figure.inner_text().strip() for figure in page.get_by_test_id("stMetricValue").all()]


def _go_to(page: Page, place: int, size: str) -> None:
    link = page.get_by_test_id("stSidebarNavLink").nth(place)
    if size == "phone":
        page.get_by_test_id("stExpandSidebarButton").click()
    link.click()


def _settle(page: Page) -> None:
    """Until the script has run and every chart and table has been drawn."""
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
            const skeleton = document.querySelector('[data-testid="stSkeleton"]');
            return app && app.dataset.testScriptState === 'notRunning' && !skeleton
                && document.querySelector('[data-testid="stCaptionContainer"]')
                && charts.every(chart => chart.offsetParent === null || chart.querySelector('svg, canvas'));
        }"""
    )
    page.wait_for_timeout(300)  # the last animation of a chart


def _take_picture(page: Page, name: str, size: str) -> None:
    """The whole page: its content scrolls inside the window, so the window grows to hold it."""
    ARTEFACTS.mkdir(exist_ok=True)
    width, height = SIZES[size]
    whole = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, whole)})
    page.wait_for_timeout(400)  # charts and tables follow the new size
    page.screenshot(path=ARTEFACTS / f"{name}.png")
    page.set_viewport_size({"width": width, "height": height})


def _sideways_overflow(page: Page) -> list[str]:
    """What is wider than the place it stands in: the page itself, a figure, its label or a heading."""
    return page.evaluate(
        """() => {
            const all = id => [...document.querySelectorAll(`[data-testid="${id}"]`)];
            const figures = ['stMetricValue', 'stMetricLabel', 'stMetricDelta'].flatMap(all);
            const words = ['stHeading', 'stCaptionContainer', 'stAlert', 'stTable'].flatMap(all);
            const texts = [...figures, ...words].flatMap(element => [element, ...element.querySelectorAll('*')]);
            return [...all('stMain'), ...texts]
                .filter(element => element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1)
                .map(element => `${element.dataset.testid || element.tagName}: ${element.innerText.slice(0, 60)}`);
        }"""
    )


def _wait_until_it_answers(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server of the pages stopped: {log.read_text()}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server of the pages did not answer within a minute: {log.read_text()}")
