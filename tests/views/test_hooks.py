"""The pages of webhooks: made and tried by admins, and by nobody else."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from metrics.models import Batch, Hook, HookSecret, Ticket
from metrics.sources.presets import BY_KEY
from tests.api.delivering import SECRET, TICKETS, deliver, make_hook, send, ticket
from tests.views.nights import client_of, make_team

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Desk",
    "source": "tickets",
    "mapping": TICKETS,
    "scheme": "body",
    "signature_header": "X-Signature",
}


@pytest.fixture
def ada() -> Client:
    return client_of(make_team()["ada"])


def text(body: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.decode()))


def test_there_is_a_page_for_each_preset_and_no_other(ada: Client) -> None:
    begun = {key: ada.get(f"/webhooks/new/{key}/").status_code for key in [*BY_KEY, "nobody"]}
    assert begun == dict.fromkeys(BY_KEY, 200) | {"nobody": 404}


def test_cy_finds_no_page_and_makes_nothing() -> None:
    cy, hook = client_of(make_team()["cy"]), make_hook()
    for path in ("", "new/zendesk/", f"{hook.pk}/"):
        assert cy.get(f"/webhooks/{path}").status_code == 404
    for path in ("new/zendesk/", f"{hook.pk}/", f"{hook.pk}/secret/", f"{hook.pk}/revoke/"):
        assert cy.post(f"/webhooks/{path}", FORM).status_code == 404
    assert Hook.objects.count() == HookSecret.objects.count() == 1
    assert hook.live()


def test_address_and_secret_are_shown_once_and_work(ada: Client) -> None:
    answer = ada.post("/webhooks/new/zendesk/", FORM)
    # the answer stands at the address of the form for a new one
    assert f'action="/webhooks/{Hook.objects.get().pk}/"' in answer.text
    address, secret = re.findall(r'value="([^"]+)" aria-label="(?:Address|Secret) to', answer.text)
    hook = Hook.objects.get()
    assert address == f"http://testserver/hooks/{hook.address}"
    assert "no-store" in answer["Cache-Control"]
    assert send(hook, ticket(company="", who={}), secret=secret).status_code == 200
    for path in ("/webhooks/", f"/webhooks/{hook.pk}/"):
        page = ada.get(path).text
        assert secret not in page
        assert str(hook.address) not in page
    assert hook.created_by is not None
    assert hook.created_by.name == "Ada"


def test_a_pasted_secret_is_not_shown(ada: Client) -> None:
    answer = ada.post("/webhooks/new/own/", FORM | {"secret": SECRET})
    assert SECRET not in answer.text
    assert send(Hook.objects.get(), ticket()).status_code == 200


def test_who_signs_nothing_gets_an_address_that_ends_with_the_secret(ada: Client) -> None:
    said = FORM | {"scheme": "address", "signature_header": ""}
    endings = []
    for path in ("new/own/", "{}/secret/"):
        pk = Hook.objects.values_list("pk", flat=True).first()
        answer = ada.post(f"/webhooks/{path.format(pk)}", said)
        (shown,) = re.findall(r'value="([^"]+)" aria-label="(?:Address|Secret) to', answer.text)
        assert "Copy the address now: nobody can show it again. Whoever" in text(answer.content)
        endings.append(shown.removeprefix(f"http://testserver/hooks/{Hook.objects.get().address}"))
        page = ada.get(f"/webhooks/{Hook.objects.get().pk}/").text
        assert 'name="secret"' not in page
        assert shown not in page
    codes = [deliver(Hook.objects.get(), ticket(), end).status_code for end in ["", *endings]]
    assert codes == [401, 200, 200]


def test_a_body_is_tried_and_nothing_is_stored(ada: Client) -> None:
    said = {"do": "try", "sample": json.dumps(ticket(priority="p1"))}
    shown = text(ada.post("/webhooks/new/zendesk/", FORM | said).content)
    assert "1 row , 0 refused, 0 left out" in shown or "1 row, 0 refused, 0 left out" in shown
    assert "severity urgent" in shown
    said["sample"] = json.dumps(ticket(at="soon", id="<b>"))
    page = ada.post("/webhooks/new/zendesk/", FORM | said)
    assert "Row 1, opened_at: &quot;soon&quot;" in page.text or "Row 1, opened_at:" in page.text
    rows = {"mapping": "rows = @\n" + TICKETS, "sample": json.dumps([1] * 1_001)}
    page = ada.post("/webhooks/new/zendesk/", FORM | said | rows)
    assert (page.status_code, "1,001 rows, at most 1,000" in page.text) == (422, True)
    said["sample"] = "{"
    page = ada.post("/webhooks/new/zendesk/", FORM | said)
    assert (page.status_code, "This is no JSON" in page.text) == (422, True)
    stored = [model.objects.count() for model in (Hook, Batch, Ticket)]
    assert stored == [0, 0, 0]


@pytest.mark.parametrize(
    ("over", "problem"),
    [
        ({"mapping": "external_id = a..b"}, "Line 1: a..b is no path"),
        ({"mapping": "external_id = id"}, "opened_at: tickets cannot do without"),
        ({"source": "nothing"}, "Select a valid choice"),
        ({"name": "x\0"}, "Null characters are not allowed"),
        ({"signature_header": ""}, "This way of signing needs it"),
        ({"signature_header": "X: y"}, "Enter a valid value"),
        ({"scheme": "joined"}, "This way of signing needs it"),
        ({"secret": "short"}, "At least 16 plain characters"),
        ({"scheme": "sha1", "signature_header": ""}, "This way of signing needs it"),
        ({"scheme": "address", "secret": "x" * 40}, "Leave it empty: the address that is shown"),
        ({"scheme": "standard", "secret": "whsec_" + "?" * 20}, "base64 after it"),
    ],
)
def test_what_is_wrong_is_said(ada: Client, over: dict[str, str], problem: str) -> None:
    answer = ada.post("/webhooks/new/zendesk/", FORM | over)
    assert answer.status_code == 422
    assert problem in text(answer.content)
    assert not Hook.objects.exists()


def test_a_mapping_is_tried_and_changed(ada: Client) -> None:
    hook, new = make_hook(), TICKETS + "topic = about\n"
    said = {"mapping": new, "sample": json.dumps(ticket(about="seats")), "do": "try"}
    assert "topic seats" in text(ada.post(f"/webhooks/{hook.pk}/", said).content)
    hook.refresh_from_db()
    assert hook.mapping == TICKETS
    ada.post(f"/webhooks/{hook.pk}/", {"mapping": new})
    hook.refresh_from_db()
    assert (hook.mapping.strip(), str(hook.changed_by)) == (new.strip(), "Ada")


def test_a_secret_is_changed_without_a_gap_and_revoked(ada: Client) -> None:
    hook = make_hook()
    answer = ada.post(f"/webhooks/{hook.pk}/secret/")
    (secret,) = re.findall(r'value="([^"]+)" aria-label="Secret to', answer.text)
    assert [send(hook, ticket(), secret=s).status_code for s in (SECRET, secret)] == [200, 200]
    assert "Two secrets count already" in ada.post(f"/webhooks/{hook.pk}/secret/", follow=True).text
    older, newer = hook.live()
    ada.post(f"/webhooks/{hook.pk}/secret/{older.pk}/end/")
    assert [send(hook, ticket(), secret=s).status_code for s in (SECRET, secret)] == [401, 200]
    assert "only one" in ada.post(f"/webhooks/{hook.pk}/secret/{newer.pk}/end/", follow=True).text
    assert "1 not signed right" in text(ada.get("/webhooks/").content)
    ada.post(f"/webhooks/{hook.pk}/revoke/")
    assert send(hook, ticket(), secret=secret).status_code == 404
    assert "Revoked" in ada.get("/webhooks/").text
    assert "Save mapping" not in ada.get(f"/webhooks/{hook.pk}/").text
