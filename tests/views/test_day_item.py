"""An item of the day as HTML: what came from outside is text."""

from __future__ import annotations

import pytest

from accounts.models import User
from metrics.models import Task
from tests.views.days import make_flag, make_flagged
from tests.views.nights import client_of, make_team
from tests.views.rows import make_run

pytestmark = pytest.mark.django_db


def test_names_and_titles_are_text() -> None:
    run, team = make_run(), make_team()
    User.objects.filter(pk=team["ana"].pk).update(name="Ana <b>Bold</b>")
    row = make_flagged(run, team["ana"], "<i>Ardent</i> & Sons", make_flag("R2"))
    Task.objects.create(
        account_id=row.account_id, title="Call <u>", code="R2", assigned_to=team["ana"]
    )
    ben = client_of(team["ben"])
    html = ben.get("/day/", {"book": "team", "all": '1"><s>'}).content.decode()
    for tag in ("<b>Bold", "<i>Ardent", "<u>", "<s>"):
        assert tag not in html
    assert "Owner <bdi>Ana &lt;b&gt;Bold&lt;/b&gt;</bdi>" in html
    assert "Task: <bdi>Call &lt;u&gt;</bdi> · <bdi>Ana</bdi>" in html
    assert ": Ask &lt;i&gt;Ardent&lt;/i&gt; &amp; Sons who follows the champion</span>" in html
