"""What every test of the pages starts from: the invented shop, and a browser that is none."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboards.invented_shop import ROOT, Shop, invent

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

    def opened(page: str, language: str = "en") -> AppTest:
        browser = AppTest.from_file(str(APP), default_timeout=60)
        browser.query_params["lang"] = language
        browser.run()
        return browser if page == "business" else browser.switch_page(f"app_pages/{page}.py").run()

    return opened
