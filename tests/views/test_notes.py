"""Notes: written in any script, by whoever may see the account; removed and put back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Account, User
from metrics.models import Note
from tests.facts import DAY, make_account
from tests.views.nights import client_of, make_customer, night
from tests.views.test_account import EVERYBODY

pytestmark = pytest.mark.django_db
TEXT = "Call with the operations director.\nDispatch trials a rival tool.\n\nاتصلت بهم اليوم 🙂"


@pytest.fixture
def account(team: dict[str, User]) -> Account:
    return make_account(owner=team["ana"], name="Halden Freight")


def write(user: User | None, account: Account, text: str = TEXT, **more: Any) -> Any:
    return client_of(user).post(f"/accounts/{account.pk}/notes/", {"text": text}, **more)


def make_note(account: Account, text: str = "Remember") -> Note:
    return Note.objects.create(account=account, text=text)


def test_a_note_keeps_its_lines_and_its_script(team: dict[str, User], account: Account) -> None:
    answer = write(team["ana"], account, TEXT.replace("\n", "\r\n"))
    assert answer.headers["Location"] == f"/accounts/{account.pk}/#actions"
    note = Note.objects.get()
    assert (note.text, note.created_by, note.account) == (TEXT, team["ana"], account)


def test_it_stands_on_the_page_by_whom_and_when(team: dict[str, User]) -> None:
    account = make_customer(owner=team["ana"])
    night(DAY)
    bad = "<script>alert(1)</script>\nsecond line"
    write(team["ana"], account, bad)
    html = client_of(team["ben"]).get(account.get_absolute_url()).content.decode()
    shown = "&lt;script&gt;alert(1)&lt;/script&gt;<br>second line"
    assert f'<p class="hs-note-text" dir="auto">{shown}</p>' in html
    assert "<bdi>Ana</bdi> · " in html
    assert 'data-unfold="new-note"' in html


def test_an_account_without_a_score_has_notes_and_tasks_too(
    team: dict[str, User], account: Account
) -> None:
    write(team["ana"], account)
    html = client_of(team["ana"]).get(account.get_absolute_url()).content.decode()
    assert "No night has been calculated yet" in html
    assert "Dispatch trials a rival tool." in html
    assert "Nothing to do." in html


def test_only_the_newest_stand_open_and_the_others_are_folded(team: dict[str, User]) -> None:
    account = make_customer(owner=team["ana"])
    night(DAY)
    for number in range(7):
        make_note(account, f"Note number {number}")
    html = client_of(team["ana"]).get(account.get_absolute_url()).content.decode()
    assert "2 older notes" in html
    places = [html.index(f"Note number {number}") for number in (6, 2, 1, 0)]
    assert places == sorted(places)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 5001, "a\x00b"])
def test_nothing_too_much_or_unstorable_is_no_note(
    team: dict[str, User], account: Account, text: str
) -> None:
    answer = write(team["ana"], account, text, follow=True)
    assert "hs-toast-error" in answer.content.decode()
    assert not Note.objects.exists()


def test_a_line_break_counts_once_as_in_the_browser(
    team: dict[str, User], account: Account
) -> None:
    write(team["ana"], account, "\r\n".join(["x"] * 2500) + "y")
    assert len(Note.objects.get().text) == 5000


def test_a_mistake_keeps_the_text_in_the_part_of_the_page(
    team: dict[str, User], account: Account
) -> None:
    answer = write(team["ana"], account, "y" * 5001, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert html.strip().startswith('<div class="hs-actions hs-swap" id="actions">')
    assert "y" * 5001 in html
    assert 'id="new-note" open' in html
    assert "at most 5000 characters" in html


def test_whoever_may_see_the_account_writes_and_nobody_else(
    team: dict[str, User], account: Account
) -> None:
    note = make_note(account)
    for name, seen in EVERYBODY:
        user = team[name] if name else None
        expected = 302 if seen == 200 else seen
        client = client_of(user)
        for path in ("notes/", f"notes/{note.pk}/remove/", f"notes/{note.pk}/restore/"):
            answer = client.post(f"/accounts/{account.pk}/{path}", {"text": "x"})
            assert answer.status_code == expected, (name, path)
        made = Note.objects.exclude(pk=note.pk)
        assert made.count() == (1 if seen == 200 else 0)
        made.delete()


def test_a_removed_note_is_gone_and_comes_back(team: dict[str, User], account: Account) -> None:
    note, client = make_note(account), client_of(team["ana"])
    html = client.post(
        f"/accounts/{account.pk}/notes/{note.pk}/remove/", headers={"HX-Request": "true"}
    ).content.decode()
    assert "Remember" not in html
    assert f'action="/accounts/{account.pk}/notes/{note.pk}/restore/"' in html
    assert not Note.objects.standing().exists()
    html = client.post(
        f"/accounts/{account.pk}/notes/{note.pk}/restore/", headers={"HX-Request": "true"}
    ).content.decode()
    assert "Remember" in html
    assert Note.objects.standing().get() == note
    again = client.post(f"/accounts/{account.pk}/notes/{note.pk}/restore/", follow=True)
    assert "Note is back" not in again.content.decode()


def test_a_note_of_another_account_is_not_found(team: dict[str, User], account: Account) -> None:
    far = make_note(make_account(owner=team["cy"]))
    client = client_of(team["ana"])
    for what in ("remove", "restore"):
        path = f"/accounts/{account.pk}/notes/{far.pk}/{what}/"
        assert client.post(path).status_code == 404
        assert client.get(path).status_code == 405
    assert Note.objects.standing().get() == far


def test_the_database_refuses_an_empty_note(account: Account) -> None:
    with pytest.raises(IntegrityError):
        make_note(account, "")
