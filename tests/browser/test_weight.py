"""How heavy a page is, and what of Tabler it loads."""

from __future__ import annotations

import gzip

from playwright.sync_api import Browser, Response

from healthscore import tabler
from tests.browser.conftest import Site

MOST = 150_000  # bytes


def test_the_stylesheet_of_tabler_is_what_its_package_has_for_bare_elements() -> None:
    made = tabler.MADE.read_text(encoding="utf-8")
    assert made == tabler.bare(tabler.PACKAGE.read_text(encoding="utf-8"))


def test_a_rule_is_kept_for_the_elements_that_it_names_and_not_for_classes() -> None:
    css = (
        "/*! licence */:root{--a:1px;--b:2px}.row{top:0}a,.btn:hover{top:var(--a)}"
        "@media print{p{top:1px}.card{top:2px}}@media screen{.x{top:0}}"
        "[data-bs-theme=dark]{--a:3px}:not(a,b) i{top:0}"
    )
    assert tabler.bare(css).splitlines()[-1] == (
        ":root{--a:1px;}a{top:var(--a)}@media print{p{top:1px}}"
        "[data-bs-theme=dark]{--a:3px}:not(a,b) i{top:0}"
    )


def test_the_portfolio_is_light_and_loads_no_chart(browser: Browser, site: Site) -> None:
    """With nothing in the browser's cache, as it is when packed for the way."""
    first = browser.new_context()
    site.log_in(first.new_page(), "ada")
    context = browser.new_context(storage_state=first.storage_state())
    page, found = context.new_page(), dict[str, int]()

    def weigh(response: Response) -> None:
        body = response.body()
        found[response.url] = len(body if body[:4] == b"wOF2" else gzip.compress(body))

    page.on("response", weigh)
    page.goto(f"{site.url}/", wait_until="networkidle")
    assert [url for url in found if url.endswith("vendor/tabler/tabler.css")]
    assert not [url for url in found if "plotly" in url]
    assert sum(found.values()) < MOST, found
    for each in (first, context):
        each.close()
