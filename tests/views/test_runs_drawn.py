"""The table of runs is drawn once, and anew when anything of it is another."""

from __future__ import annotations

import pytest

from accounts.models import Organisation
from metrics.models import Run
from tests.views.nights import client_of, make_team
from tests.views.rows import make_run

pytestmark = pytest.mark.django_db
CHANGES = {
    "finished_at": (None, "–"),
    "reason": ("asked & <b>told</b>", "asked &amp; &lt;b&gt;told&lt;/b&gt;"),
    "is_published": (False, 'hs-narrow-off">–</td>'),
    "started_at": (None, "–"),
}


@pytest.mark.parametrize("column", CHANGES)
def test_what_is_written_anew_is_shown(column: str) -> None:
    team, run = make_team(), make_run()
    value, text = CHANGES[column]
    ana = client_of(team["ana"])
    before = [rows(ana.get("/runs/").content.decode()) for _ in range(2)]
    assert before[0] == before[1]
    Run.objects.filter(pk=run.pk).update(**{column: value})
    after = rows(ana.get("/runs/").content.decode())
    assert after != before[0]
    assert text in after


def rows(html: str) -> str:
    return html.split('aria-label="Table of runs"')[1].split("</table>")[0]


def test_moments_are_those_of_the_organisation() -> None:
    team, run = make_team(), make_run()
    ana = client_of(team["ana"])
    assert run.started_at is not None
    assert f"{run.started_at:%H:%M}" in rows(ana.get("/runs/").content.decode())
    Organisation.objects.update(timezone="Asia/Kolkata")
    there = run.started_at.astimezone(Organisation.current().zone)
    assert f"{there:%H:%M}" in rows(ana.get("/runs/").content.decode())


def test_a_form_has_the_token_of_its_page() -> None:
    team = make_team()
    make_run(state=Run.State.PARTIAL)
    ada, ana = client_of(team["ada"]), client_of(team["ana"])
    pages = [rows(ada.get("/runs/").content.decode()) for _ in range(2)]
    assert all("csrfmiddlewaretoken" in page for page in pages)
    assert pages[0] != pages[1]
    assert "<form" not in rows(ana.get("/runs/").content.decode())
