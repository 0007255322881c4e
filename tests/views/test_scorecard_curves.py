"""The curve editor: anchors added, removed, set back; mistakes named; the drawing."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from metrics.forms import MOST, reshape, sent_anchors, texts_of
from metrics.models import Scorecard
from metrics.scoring.curves import Curve
from metrics.signals.catalogue import BY_CODE
from metrics.signals.defaults import default_config
from tests.facts import DAY, live_scorecard
from tests.views.cards import fields, send, start
from tests.views.nights import client_of, make_customer, make_team, night

S07 = [("-50", "0"), ("-30", "20"), ("-15", "45"), ("0", "70"), ("15", "90"), ("30", "100")]


@pytest.fixture
def ada(db: None) -> Client:
    """An admin's browser, with a draft begun."""
    live_scorecard()
    client = client_of(make_team()["ada"])
    start(client)
    return client


def shown(response: Any, code: str = "S07") -> list[tuple[str, str]]:
    """The anchors that the page shows."""
    (row,) = [row for row in response.context["curves"] if row["code"] == code]
    return [(each["raw"]["value"], each["points"]["value"]) for each in row["anchors"]]


def test_an_anchor_is_added_on_the_line_and_can_be_saved(ada: Client) -> None:
    response = send(ada, "anchor.add.S07", signal="S07")
    added = shown(response)
    assert len(added) == len(S07) + 1
    assert added == [S07[0], ("-40", "10"), *S07[1:]]
    sent = fields(action="save", **curve_fields("S07", added))
    assert ada.post("/scorecard/draft/", sent).status_code == 302
    draft = Scorecard.objects.draft()
    assert draft is not None
    assert draft.body["curves"]["S07"][:3] == [[-0.5, 0], [-0.4, 10], [-0.3, 20]]
    unchanged = default_config().to_dict()["curves"] | {"S07": draft.body["curves"]["S07"]}
    assert draft.body["curves"] == unchanged


def test_an_anchor_is_removed_and_what_was_typed_stays(ada: Client) -> None:
    response = send(ada, "anchor.remove.S07.1", signal="S07", **{"curves.S07.2.points": "46.0"})
    assert shown(response) == [S07[0], ("-15", "46.0"), *S07[3:]]
    assert "Remove anchor 5 of Usage against own normal" in response.content.decode()
    assert "Remove anchor 6 of Usage against own normal" not in response.content.decode()


def test_a_curve_goes_back_to_the_live_version_or_to_the_catalogue(ada: Client) -> None:
    bent = curve_fields("S07", [("-20", "5"), ("20", "95")])
    sent = {name: value for name, value in fields().items() if not name.startswith("curves.S07.")}
    ada.post("/scorecard/draft/", {**sent, **bent, "action": "publish", "reason": "Bent"})
    start(ada)
    typed = {"curves.S07.0.points": "33"}
    assert shown(send(ada, "anchor.add.S07", **typed))[0] == ("-20", "33")
    assert shown(send(ada, "curve.live.S07", **typed)) == [("-20", "5"), ("20", "95")]
    assert shown(send(ada, "curve.first.S07", **typed)) == S07


def test_htmx_gets_the_curve_and_the_preview_without_the_page(ada: Client) -> None:
    response = send(ada, "anchor.add.S07", part=True, signal="S07")
    html = response.content.decode().strip()
    assert html.startswith('<section class="hs-section" id="curve"')
    assert "<html" not in html
    assert '<div id="preview" class="hs-swap" hx-swap-oob="true">' in html
    answer = send(ada, "preview", part=True, signal="S07").content.decode().strip()
    assert answer.startswith('<div id="preview" class="hs-swap">')
    assert 'id="curve-plot" class="hs-curve" hx-swap-oob="true"' in answer
    assert 'id="curve"' not in answer


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"curves.S07.1.raw": "-60"}, "Anchor 2: -60\u00a0% must be above -50\u00a0%"),
        ({"curves.S07.1.raw": "-50"}, "Anchor 2: -50\u00a0% must be above -50\u00a0%"),
        ({"curves.S07.5.points": "101"}, "Anchor 6: 101 is outside 0 to 100"),
        ({"curves.S07.5.points": "-1"}, "Anchor 6: -1 is outside 0 to 100"),
        ({"curves.S07.2.raw": "much"}, "Anchor 3: Enter a number."),
        ({"curves.S07.2.raw": ""}, "Anchor 3: This field is required."),
        ({"curves.S07.2.raw": "inf"}, "Anchor 3: Enter a number."),
    ],
)
def test_a_mistake_in_a_curve_is_named_and_the_curve_is_shown(
    ada: Client, wrong: dict[str, str], said: str
) -> None:
    response = send(ada, "save", **wrong)
    html = response.content.decode()
    assert response.status_code == 422
    assert said in html
    assert response.context["signal"].code == "S07"
    assert "Curve of Usage against own normal, anchor" in response.context["problems"][0]
    preview = send(ada, "preview", part=True, **wrong)
    assert (preview.status_code, preview.context.get("preview")) == (200, None)


def test_a_curve_has_at_most_twelve_anchors(ada: Client) -> None:
    many = [(str(10 * at), str(8 * at)) for at in range(13)]
    response = send(ada, "save", **curve_fields("S07", many))
    assert response.status_code == 422
    assert "a curve has at most 12 anchors" in response.content.decode()
    full = send(ada, "preview", **curve_fields("S07", many[:12]))
    assert "anchor.add.S07" not in full.content.decode()


def test_the_drawing_has_the_curve_the_live_one_and_the_accounts(ada: Client) -> None:
    make_customer()
    night(DAY)
    response = send(ada, "preview", signal="S01", **{"curves.S01.1.points": "44"})
    drawing = response.context["drawing"]
    assert len(drawing.dots) == len(drawing.drawn) - 1
    assert [dot[3] for dot in drawing.dots][1] == 44
    assert drawing.live != drawing.drawn
    assert sum(bar.accounts for bar in drawing.bars) == 1
    html = response.content.decode()
    assert html.count("data-dot=") == len(drawing.dots)
    assert "Upwards: points. To the right: raw value, per cent " in html


def curve_fields(code: str, anchors: list[tuple[str, str]]) -> dict[str, str]:
    return {
        f"curves.{code}.{at}.{axis}": text
        for at, texts in enumerate(anchors)
        for axis, text in zip(("raw", "points"), texts, strict=True)
    }


def form_of(anchors: list[tuple[str, str]]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"edition": "1", **curve_fields("S07", anchors)})
    return data


KNOWN = {"S07": BY_CODE["S07"].curve}


@pytest.mark.parametrize(
    "action",
    ["anchor.add", "anchor.add.S99", "anchor.remove.S07", "anchor.remove.S07.x", "anchor", "other"],
)
def test_what_is_no_action_changes_nothing(action: str) -> None:
    assert sent_anchors(reshape(form_of(S07), action, live=KNOWN, first=KNOWN), "S07") == S07


def test_two_anchors_stay() -> None:
    two = [S07[0], S07[-1]]
    assert (
        sent_anchors(reshape(form_of(two), "anchor.remove.S07.0", live=KNOWN, first=KNOWN), "S07")
        == two
    )


@given(
    st.lists(
        st.tuples(st.integers(-1000, 1000), st.integers(0, 100)),
        min_size=2,
        max_size=MOST - 1,
        unique_by=lambda anchor: anchor[0],
    ).map(sorted),
    st.floats(-10, 10),
)
def test_an_added_anchor_bends_no_curve(anchors: list[tuple[int, int]], raw: float) -> None:
    before = Curve(*((at / 100, points) for at, points in anchors))
    texts = texts_of("S07", before)
    after = sent_anchors(reshape(form_of(texts), "anchor.add.S07", live=KNOWN, first=KNOWN), "S07")
    assert len(after) == len(texts) + 1
    bent = Curve(*((float(at) / 100, float(points)) for at, points in after))
    assert bent.at(raw) == pytest.approx(before.at(raw), abs=1e-3)
