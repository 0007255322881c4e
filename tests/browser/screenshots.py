"""Pictures of every page of a running demo, to lay beside the design: run by hand.

python -m tests.browser.screenshots http://127.0.0.1:8000 build/pictures
python -m tests.browser.screenshots http://127.0.0.1:8000 docs/images --readme
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import CHROMIUM, OPTIONS

THEMES = ("light", "dark")
PARTS = ("people", "tickets", "surveys", "timeline")
WIDE, NARROW = (1440, 900), (390, 844)


def main() -> None:
    """Pictures of all pages in both themes and both widths, or the two small ones of the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        (readme if asked.readme else everything)(browser, asked.address, asked.folder)
        browser.close()


def opened(browser: Browser, address: str, size: tuple[int, int], theme: str, scale: int) -> Page:
    """A page of Ada, who sees everything, in one theme."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        device_scale_factor=scale,
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(f"{address}/log-in/")
    page.fill("input[name=login]", "ada@example.com")
    page.fill("input[name=password]", "healthscore-demo")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"{address}/")
    return page


def paths(page: Page, address: str) -> dict[str, str]:
    """Name -> address; the account is the one that fell most."""
    page.goto(f"{address}/?sort=30d")
    account = page.locator("td.hs-name a").first.get_attribute("href") or "/"
    return {
        "portfolio": "/",
        "quadrant": "/?show=quadrant",
        "day": "/day/",
        "account": account,
        **{f"account-{part}": f"{account}{part}/" for part in PARTS},
        "evidence": f"{account}signals/S05/",
        "scorecard": "/scorecard/",
        "versions": "/scorecard/versions/",
        "runs": "/runs/",
        "rejects": "/runs/rejects/",
        "unmatched": "/runs/unmatched/",
        "users": "/users/",
        "profile": "/profile/",
        "settings": "/settings/",
        "help": "/help/",
        "jump": "/jump/?q=a",
        "webhooks": "/webhooks/",
        "webhook-new": "/webhooks/new/zendesk/",
        "imports": "/imports/",
        "import-new": "/imports/new/",
        "import-file": "/imports/new/accounts/",
    }


def everything(browser: Browser, address: str, folder: Path) -> None:
    """Every page, whole."""
    for size, scale in ((WIDE, 1), (NARROW, 2)):
        for theme in THEMES:
            page = opened(browser, address, size, theme, scale)
            for name, path in paths(page, address).items():
                page.goto(f"{address}{path}", wait_until="networkidle")
                page.screenshot(path=folder / f"{name}-{size[0]}-{theme}.png", full_page=True)
            page.context.clear_cookies()
            page.goto(f"{address}/log-in/")
            page.screenshot(path=folder / f"log-in-{size[0]}-{theme}.png")
            page.context.close()


def readme(browser: Browser, address: str, folder: Path) -> None:
    """The upper part of the two main pages."""
    page = opened(browser, address, WIDE, "light", 1)
    found = paths(page, address)
    for name in ("portfolio", "account"):
        page.goto(f"{address}{found[name]}", wait_until="networkidle")
        page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    main()
