"""Every page in a real browser: axe, the strict policy, a narrow screen, the keyboard."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.browser.conftest import HOSTILE, Site

THEMES = ["light", "dark"]
# axe would fetch imported stylesheets by addresses relative to the page, where there are none
OPTIONS = {"resultTypes": ["violations"], "preload": False}
COLOURS = ("color-contrast", "link-in-text-block")  # axe's rules about them for level AA
# wider than the window, and not inside something that scrolls by itself
OVERFLOWING = """() => {
  const room = document.documentElement.clientWidth;
  const scrolls = (node) => node && (['auto', 'scroll', 'hidden', 'clip'].includes(
    getComputedStyle(node).overflowX) || scrolls(node.parentElement));
  return [...document.body.querySelectorAll('*')]
    .filter((node) => node.getBoundingClientRect().right > room + 1 && !scrolls(node.parentElement))
    .map((node) => `${node.tagName.toLowerCase()}.${node.getAttribute('class') || ''}`);
}"""


def violations(page: Page, *, only: tuple[str, ...] = ()) -> list[str]:
    """What axe objects to, by all rules or these: rule and the first places."""
    options = OPTIONS | ({"runOnly": list(only)} if only else {})
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes'][:3]]}" for rule in found]


def opened(page: Page, address: str) -> Response:
    response = page.goto(address, wait_until="networkidle")
    assert response is not None
    return response


def test_axe_finds_nothing_on_any_page_in_light_or_dark(page: Page, site: Site) -> None:
    """One visit to each page: opening it takes as long as axe does."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = {}
    for name, path in {"log-in": "/log-in/", "forgotten": "/password/"}.items():
        found[name] = in_both_themes(page, f"{site.url}{path}")
    site.log_in(page, "ada")
    for name, path in site.pages().items():
        if name != "not found":  # the console would tell of the 404; the page has the same shell
            found[name] = in_both_themes(page, f"{site.url}{path}")
    assert {name: said for name, said in found.items() if any(said.values())} == {}


def in_both_themes(page: Page, address: str) -> dict[str, list[str]]:
    """Only colours are other ones in the dark."""
    opened(page, address)
    found = {"light": violations(page)}
    page.emulate_media(color_scheme="dark")
    page.locator("html[data-bs-theme=dark]").wait_for()
    found["dark"] = violations(page, only=COLOURS)
    page.emulate_media(color_scheme="light")
    page.locator("html[data-bs-theme=light]").wait_for()
    return found


def test_an_editor_with_its_dialog_open_passes_axe(page: Page, site: Site) -> None:
    site.log_in(page, "ada")
    opened(page, f"{site.url}/scorecard/")
    page.get_by_role("button", name="Edit").click()
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    page.get_by_role("link", name="Publish…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []


def test_nothing_scrolls_sideways_on_a_narrow_screen(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    site.log_in(page, "ada")
    found = {}
    for name, path in site.pages().items():
        if name == "not found":
            continue
        opened(page, f"{site.url}{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        found[name] = (width, page.evaluate(OVERFLOWING) if width > 390 else [])
    assert {name: wide for name, wide in found.items() if wide[0] > 390} == {}


def test_a_hostile_name_stays_text_in_tables_charts_and_titles(page: Page, site: Site) -> None:
    site.log_in(page, "ada")
    for path in ("/", site.hostile.get_absolute_url(), "/jump/?q=img"):
        opened(page, f"{site.url}{path}")
        expect(page.get_by_text(HOSTILE, exact=True).first).to_be_attached()
        expect(page.locator('img, a[href^="https://example.com"]')).to_have_count(0)
        assert page.title().endswith("Healthscore")


def test_every_page_is_sent_with_the_strict_policy(page: Page, site: Site) -> None:
    site.log_in(page, "ada")
    for path in site.pages().values():
        response = page.request.get(f"{site.url}{path}")
        policy = response.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_the_jump_box_works_by_keyboard_alone(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.keyboard.press("Control+k")
    page.keyboard.type("halden")
    page.get_by_role("link", name="Halden Freight").locator("visible=true").first.wait_for()
    page.locator("#jump-results a").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}{site.worst.get_absolute_url()}")
    page.keyboard.press("/")
    expect(page.locator("#jump")).to_be_focused()


def test_the_theme_is_kept_from_page_to_page(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.get_by_label("Menu of Ana").click()
    page.get_by_role("button", name="Dark").locator("visible=true").click()
    opened(page, f"{site.url}{site.worst.get_absolute_url()}")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("[data-chart] .main-svg").first).to_be_attached()


def test_filters_sort_and_back_go_through_the_address(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.get_by_label("Filter by name").fill("kestrel")
    page.wait_for_url("**/?*q=kestrel*")
    expect(names(page)).to_have_text(["Kestrel Robotics"])
    page.get_by_role("link", name="Clear").click()
    page.wait_for_url(lambda address: "kestrel" not in address)
    page.go_back()
    page.wait_for_url("**/?*q=kestrel*")
    expect(names(page)).to_have_text(["Kestrel Robotics"])


def names(page: Page) -> Locator:
    """Accounts in the table, from top to bottom."""
    return page.locator("td.hs-name a")


def test_going_back_from_a_filter_shows_every_row_again(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    names(page).first.wait_for()
    everybody = names(page).all_inner_texts()
    page.locator("#filter-band").click()
    page.locator(".hs-options").get_by_role("link", name="Green").click()
    page.wait_for_url("**/?*band=green*")
    page.wait_for_function(
        "count => document.querySelectorAll('td.hs-name').length < count", arg=len(everybody)
    )
    page.go_back()
    page.wait_for_url(f"{site.url}/")
    page.wait_for_function(
        "count => document.querySelectorAll('td.hs-name').length === count", arg=len(everybody)
    )
    expect(names(page)).to_have_text(everybody)


def test_a_menu_opens_and_closes_by_keyboard_and_keeps_the_focus(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    menu = page.get_by_label("Menu of Ana")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log out").locator("visible=true")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Log out").locator("visible=true")).to_have_count(0)
    expect(menu).to_be_focused()


def test_shortcuts_are_off_while_typing(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.get_by_label("Filter by name").click()
    page.keyboard.type("a/b")
    expect(page.get_by_label("Filter by name")).to_have_value("a/b")
    expect(page.locator("#filter-name")).to_be_focused()


def test_the_focus_is_seen_on_links_and_buttons(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    outlines = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert outlines == {"solid"}


def test_pages_are_read_and_filtered_without_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    site.log_in(page, "ada")
    page.get_by_label("Filter by name").fill("halden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*q=halden*")
    expect(names(page)).to_have_text(["Halden Freight"])
    page.locator("td.hs-name a").click()
    expect(page.locator("#why-it-moved")).to_contain_text("sums to")
    page.locator(".hs-data-steps summary").click()
    expect(page.locator(".hs-data-steps tbody tr").nth(2)).to_be_attached()
    page.goto(f"{site.url}/scorecard/")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("link", name="Publish…").click()
    page.get_by_label("Why").fill("The same weights, said once more")
    page.get_by_role("button", name="Publish v2").click()
    expect(page.locator(".hs-title")).to_contain_text("v2 live")
    context.close()


def test_enter_in_the_filter_box_filters_and_the_export_keeps_it(page: Page, site: Site) -> None:
    site.log_in(page, "ana")
    page.get_by_label("Filter by name").fill("kestrel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*q=kestrel*")
    expect(names(page)).to_have_text(["Kestrel Robotics"])
    with page.expect_download() as started:
        page.get_by_role("link", name="Export CSV").click()
    lines = started.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in lines] == ["name", "Kestrel Robotics"]
