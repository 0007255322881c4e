"""Two keys that send about the same people: either can be undone, in any order."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Account, Change, Contract, Person
from metrics.ingest import UndoRefused, undo_batch
from metrics.models import Batch, Replaced
from tests.api.calling import Caller, make_key
from tests.ingest.sending import Sender, table

pytestmark = pytest.mark.django_db


class Key:
    """A key of somebody who says things about people and accounts."""

    def __init__(self, name: str) -> None:
        self.key, token = make_key(name)
        self.call = Caller(token)

    def person(self, person: str, **traits: Any) -> None:
        said = self.call.batch({"type": "identify", "userId": person, "traits": traits})
        assert said["quarantined"] == 0

    def account(self, account: str, **traits: Any) -> None:
        group = {"type": "group", "groupId": account, "traits": traits}
        assert self.call.batch(group)["quarantined"] == 0

    def batch(self, source: str) -> int:
        """What the key sent of a source: one batch, which grew."""
        return Batch.objects.get(write_key=self.key, source=source).pk


@pytest.fixture
def web(acme: Sender) -> Key:
    return Key("Web")


@pytest.fixture
def app(acme: Sender) -> Key:
    return Key("App")


def names() -> list[tuple[Any, ...]]:
    return table(Person, "external_id", "name")


BEFORE = [("P1", "Ann"), ("P2", "Bo"), ("P3", "Cy")]


def test_neither_of_two_that_took_turns_keeps_the_other_from_being_undone(
    web: Key, app: Key
) -> None:
    for key, name in ((web, "Anna"), (app, "Anne"), (web, "Annie")):
        key.person("P1", name=name)
    app.person("P2", name="Bob")
    web.person("P2", name="Bobby")
    web.person("P3", name="Cyd")
    found = undo_batch(web.batch("people"))
    # as if it had never come
    assert names() == [("P1", "Anne"), ("P2", "Bob"), ("P3", "Cy")]
    assert found.text() == "0 rows went, 3 went back."
    assert undo_batch(app.batch("people")).text() == "0 rows went, 2 went back."
    assert names() == BEFORE
    assert not Replaced.objects.exists()
    assert not Change.objects.exists()


def test_the_other_may_be_undone_first_too(web: Key, app: Key) -> None:
    for key, name in ((web, "Anna"), (app, "Anne"), (web, "Annie"), (app, "Anja")):
        key.person("P1", name=name)
    web.person("P2", name="Bobby")
    found = undo_batch(web.batch("people"))
    assert names() == [("P1", "Anja"), ("P2", "Bo"), ("P3", "Cy")]
    assert found.notes == ["1 row was changed by other imports since; what those said stays."]
    undo_batch(app.batch("people"))
    assert names() == BEFORE


def test_what_one_made_and_the_other_changed_goes_with_the_last_of_them(web: Key, app: Key) -> None:
    web.person("P7", name="Eve", groupId="A1")
    web.person("P8", name="Flo", groupId="A1")
    app.person("P7", name="Eva")
    app.person("P1", name="Anne")
    web.person("P1", name="Annie")
    found = undo_batch(web.batch("people"))
    assert names() == [("P1", "Anne"), *BEFORE[1:], ("P7", "Eva")]
    assert found.text() == (
        "1 row went, 1 went back. 1 row was changed by other imports since; what those said stays."
    )
    assert undo_batch(app.batch("people")).removed == 1
    assert names() == BEFORE


def test_terms_that_another_said_since_stay_as_they_were_said(web: Key, app: Key) -> None:
    for key, seats in ((web, 21), (app, 22), (web, 23)):
        key.account("A1", seats=seats)
    for key, seats in ((app, 31), (web, 32), (app, 33)):
        key.account("A2", seats=seats)
    found = undo_batch(web.batch("accounts"))
    assert table(Contract, "account__external_id", "seats_sold") == [
        ("A1", 20), ("A1", 22), ("A2", 31), ("A2", 33)
    ]  # fmt: skip
    assert found.notes == ["2 rows were changed by other imports since; what those said stays."]
    undo_batch(app.batch("accounts"))
    assert table(Contract, "account__external_id", "seats_sold") == [("A1", 20)]


def test_what_a_hand_changed_in_between_stays_a_hands(web: Key, app: Key) -> None:
    web.person("P1", name="Anna")
    Person.objects.filter(external_id="P1").update(name="Antonia")
    app.person("P1", name="Anne")
    web.person("P1", name="Annie")
    undo_batch(web.batch("people"))
    undo_batch(app.batch("people"))
    assert names() == [("P1", "Antonia"), *BEFORE[1:]]


def test_what_the_past_said_is_told_as_if_the_batch_had_never_come(web: Key, app: Key) -> None:
    for key, segment in ((web, "SMB"), (app, "Mid"), (web, "Large"), (app, "Huge")):
        key.account("A1", segment=segment)
    undo_batch(web.batch("accounts"))
    assert table(Change, "id", "before", "batch_id") == [
        (pk, before, app.batch("accounts"))
        for (pk,), before in zip(
            table(Change, "id"), ({"segment": ""}, {"segment": "Mid"}), strict=True
        )
    ]
    assert table(Account, "segment", external_id="A1") == [("Huge",)]


def test_three_that_rest_on_one_another_in_a_ring_can_be_undone(acme: Sender) -> None:
    one, two, three = [Key(name) for name in ("One", "Two", "Three")]
    for person, first, second in (("P1", one, two), ("P2", two, three), ("P3", three, one)):
        first.person(person, name="First")
        second.person(person, name="Second")
    undo_batch(one.batch("people"))
    assert names() == [("P1", "Second"), ("P2", "Second"), ("P3", "First")]
    # of those that are left one comes first
    with pytest.raises(UndoRefused, match=r"\(HTTP: Three\) changed the same rows later"):
        undo_batch(two.batch("people"))
    undo_batch(three.batch("people"))
    undo_batch(two.batch("people"))
    assert names() == BEFORE


def test_one_that_only_came_later_must_still_be_undone_first(web: Key, app: Key) -> None:
    for key, name in ((web, "Anna"), (app, "Anne"), (web, "Annie")):
        key.person("P1", name=name)
    last = Key("Last")
    last.person("P1", name="Annabel")
    with pytest.raises(UndoRefused, match=rf"^Import {last.batch('people')} \(HTTP: Last\)"):
        undo_batch(web.batch("people"))
    for key in (last, web, app):
        undo_batch(key.batch("people"))
    assert names() == BEFORE


@settings(max_examples=25, deadline=None)
@given(
    said=st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(["P1", "P2"]), st.sampled_from(["name", "group"])
        ),
        min_size=1,
        max_size=9,
    ),
    order=st.permutations([0, 1, 2]),
)
def test_whoever_is_undone_the_rest_is_as_if_she_had_never_spoken(
    said: list[tuple[int, str, str]], order: list[int]
) -> None:
    with transaction.atomic(), TemporaryDirectory() as folder:
        send = Sender(Path(folder))
        send("accounts", "A1,Acme")
        send("people", "P1,A1,,Ann", "P2,A1,,Bo")
        _say_and_undo(said, order)
        transaction.set_rollback(True)


def _say_and_undo(said: list[tuple[int, str, str]], order: list[int]) -> None:
    keys = [Key(f"K{number}") for number in range(3)]
    for number, (who, person, trait) in enumerate(said):
        keys[who].person(person, **{trait: f"word {number}"})
    left = [who for who in order if any(who == speaker for speaker, *_ in said)]
    while left:
        left.remove(next(who for who in left if was_undone(keys[who])))
        expected = {("P1", "name"): "Ann", ("P2", "name"): "Bo"}
        for number, (speaker, person, trait) in enumerate(said):
            if speaker in left:
                expected[person, trait] = f"word {number}"
        assert table(Person, "external_id", "name", "group") == [
            (person, *(expected.get((person, trait), "") for trait in ("name", "group")))
            for person in ("P1", "P2")
        ]
    assert not Replaced.objects.exists()


def was_undone(key: Key) -> bool:
    try:
        undo_batch(key.batch("people"))
    except UndoRefused:
        return False
    return True
