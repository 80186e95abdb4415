"""What every test of the pages starts from: the invented shop, and a browser that is none."""

from collections.abc import Callable

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from tests.dashboards.agreed_tables import add_agreed_tables
from tests.dashboards.invented_shop import ROOT, Shop, invent

POLICY = yaml.safe_load((ROOT / "data" / "access.yml").read_text("utf-8"))
APP = ROOT / "dashboards" / "streamlit_app.py"


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Shop:
    """A shop with sixty customers, not yet published; CRM_DATA points to it."""
    monkeypatch.setenv("CRM_DATA", str(tmp_path))
    return invent(tmp_path)


@pytest.fixture
def bare_page() -> AppTest:
    """The address without a wish, not yet opened."""
    return AppTest.from_file(str(APP), default_timeout=60)


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Opens a page in a language, as a browser would for the address ?lang=..."""

    def opened(page: str, language: str = "en", **asked: str) -> AppTest:
        browser = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in {"lang": language, **asked}.items():
            browser.query_params[name] = value
        return browser.run() if page == "business" else browser.switch_page(f"app_pages/{page}.py").run()

    return opened


@pytest.fixture
def rich_shop(shop) -> Shop:
    """The shop, published with everything the other rooms are to publish."""
    add_agreed_tables(shop.publish())
    return shop


@pytest.fixture
def as_role(tmp_path, monkeypatch) -> Callable[..., None]:
    """Makes whoever opens a page somebody of that role, whose rows may be limited."""

    def become(role: str, **rows: list[str]) -> None:
        single = {"is_on": True, "name": "ada", "role": role, "rows": rows}
        policy = tmp_path / "access.yml"
        policy.write_text(yaml.safe_dump(POLICY | {"single_user": single}, allow_unicode=True), encoding="utf-8")
        monkeypatch.setenv("CRM_ACCESS", str(policy))

    return become
