"""Tables that are wider than a phone: whom a row is about stays, what has no room goes below."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

# how far the first cell of the last row goes, and how far its table: as wide as with many features
MOVED = """
(matrix) => {
    const rows = matrix.rows, wrap = matrix.closest('.tblwrap');
    const left = () => rows[rows.length - 1].cells[0].getBoundingClientRect().left;
    matrix.style.minWidth = '900px';
    const before = left();
    wrap.scrollLeft = 120;
    return [left() - before, wrap.scrollLeft];
}
"""


@pytest.fixture
def narrow(page: Page, site: Site) -> Page:
    page.set_viewport_size({"width": 390, "height": 844})
    site.log_in(page, "ada")
    return page


def test_people_stay_while_their_features_are_scrolled(narrow: Page, site: Site) -> None:
    narrow.goto(f"{site.url}{site.worst.get_absolute_url()}", wait_until="networkidle")
    moved, by = narrow.locator("table.hs-matrix").first.evaluate(MOVED)
    assert (moved, by) == (pytest.approx(0, abs=1), 120)


def test_versions_stand_below_one_another_on_a_phone(narrow: Page, site: Site) -> None:
    narrow.goto(f"{site.url}/scorecard/versions/", wait_until="networkidle")
    table = narrow.locator("table.hs-versions")
    expect(table.locator("thead")).to_be_hidden()
    boxes = [cell.bounding_box() for cell in table.locator("tbody tr").first.locator("td").all()]
    shown = [box for box in boxes if box and box["width"] > 0]
    assert len(shown) > 2
    assert len({round(box["y"]) for box in shown}) > 1
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in shown)
