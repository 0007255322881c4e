"""Tasks: for whoever may see the account; done, to do again, removed and put back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.access import NAMES_OF_WHO_SEES, users_who_see, whose
from accounts.models import Account, Role, User
from metrics.models import Task
from metrics.models.together import read, together
from tests.facts import DAY, make_account
from tests.views.nights import client_of, make_customer, make_user, night
from tests.views.test_account import EVERYBODY

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


@pytest.fixture
def account(team: dict[str, User]) -> Account:
    return make_account(owner=team["ana"], name="Halden Freight")


def today() -> dt.date:
    return timezone.now().date()


def add(user: User | None, account: Account, **over: Any) -> Any:
    sent = {"title": "Call the director", "due_on": today(), "assigned_to": ""} | over
    headers = sent.pop("headers", None)
    return client_of(user).post(
        f"/accounts/{account.pk}/tasks/", sent, follow=True, headers=headers
    )


def make_task(account: Account, title: str = "Call", **over: Any) -> Task:
    return Task.objects.create(account=account, title=title, **over)


def act(user: User | None, task: Task, what: str, **more: Any) -> Any:
    return client_of(user).post(f"/accounts/{task.account_id}/tasks/{task.pk}/{what}/", **more)


def test_a_task_says_what_until_when_and_for_whom(team: dict[str, User], account: Account) -> None:
    html = add(team["ana"], account, assigned_to=team["ben"].pk).content.decode()
    task = Task.objects.get()
    assert (task.title, task.due_on, task.assigned_to, task.created_by, task.code) == (
        "Call the director",
        today(),
        team["ben"],
        team["ana"],
        "",
    )
    assert f"Task added, due {today().day} {today():%b}" in html
    assert f'action="/accounts/{account.pk}/tasks/{task.pk}/remove/"' in html


@pytest.mark.parametrize(
    ("over", "problem"),
    [
        ({"title": "  "}, "Say what there is to do."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"title": "a\x00b"}, "Null characters are not allowed."),
        ({"due_on": "2020-01-01"}, "Choose a day from today on, within ten years."),
        ({"due_on": "9999-12-31"}, "Choose a day from today on, within ten years."),
        ({"due_on": "soon"}, "Enter a day."),
        ({"assigned_to": "cy"}, "Choose somebody who may see this account."),
        ({"assigned_to": "x"}, "Choose somebody who may see this account."),
    ],
)
def test_a_mistake_is_named_and_makes_no_task(
    team: dict[str, User], account: Account, over: dict[str, str], problem: str
) -> None:
    if over.get("assigned_to") == "cy":
        over = {"assigned_to": str(team["cy"].pk)}
    assert problem in add(team["ana"], account, **over).content.decode()
    part = add(team["ana"], account, headers=PART, **over).content.decode()
    assert problem in part
    assert 'id="new-task" open' in part
    assert not Task.objects.exists()


def test_only_who_may_see_an_account_is_offered_for_it(team: dict[str, User]) -> None:
    dan = make_user("Dan", Role.MANAGER)
    make_user("Eve", manager=team["ben"])
    User.objects.create_user("nameless@example.com", role=Role.ADMIN)
    make_user("Gone", Role.ADMIN, is_active=False)
    cy = team["cy"]
    cy.manager = team["ana"]  # who is no manager by role, and sees her own book only
    cy.save()
    accounts = [
        make_account(owner=owner)
        for owner in (team["ana"], team["ben"], cy, dan, None, team["ada"])
    ]
    for account in accounts:
        seeing = [
            user
            for user in User.objects.order_by("name", "email")
            if Account.objects.visible_to(user).filter(pk=account.pk).exists()
        ]
        assert list(users_who_see(account)) == seeing
        # the list to choose from is a statement of its own
        rows = read(together(users=NAMES_OF_WHO_SEES), {**whose(account)})["users"]
        assert [(row.number, row.name) for row in rows] == [(one.pk, str(one)) for one in seeing]


def test_whoever_may_see_the_account_acts_and_nobody_else(
    team: dict[str, User], account: Account
) -> None:
    task = make_task(account)
    for name, seen in EVERYBODY:
        user = team[name] if name else None
        expected = 302 if seen == 200 else seen
        for what in ("done", "reopen", "remove", "restore"):
            assert act(user, task, what).status_code == expected, (name, what)
        answer = client_of(user).post(f"/accounts/{account.pk}/tasks/", {"title": "x"})
        assert answer.status_code == expected
        made = Task.objects.exclude(pk=task.pk)
        assert made.count() == (1 if seen == 200 else 0)
        made.delete()
    assert client_of(team["ana"]).get(f"/accounts/{account.pk}/tasks/").status_code == 405


def test_a_task_is_done_and_to_do_again(team: dict[str, User], account: Account) -> None:
    task = make_task(account)
    html = act(team["ben"], task, "done", headers=PART).content.decode()
    task.refresh_from_db()
    assert task.done_by == team["ben"]
    assert "Nothing to do." in html
    assert "1 done this week" in html
    assert f'action="/accounts/{account.pk}/tasks/{task.pk}/reopen/"' in html
    first = task.done_at
    act(team["ana"], task, "done")
    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (first, team["ben"])
    act(team["ana"], task, "reopen")
    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (None, None)
    assert list(Task.objects.open()) == [task]


def test_a_removed_task_is_gone_and_comes_back(team: dict[str, User], account: Account) -> None:
    task = make_task(account)
    html = act(team["ana"], task, "remove", headers=PART).content.decode()
    assert "Removed: Call" in html
    assert f'action="/accounts/{account.pk}/tasks/{task.pk}/restore/"' in html
    assert not Task.objects.open().exists()
    assert act(team["ana"], task, "done").status_code == 404
    act(team["ana"], task, "restore")
    assert list(Task.objects.open()) == [task]


def test_a_task_of_another_account_is_not_found(team: dict[str, User], account: Account) -> None:
    far = make_task(make_account(owner=team["cy"]))
    for what in ("done", "reopen", "remove", "restore"):
        path = f"/accounts/{account.pk}/tasks/{far.pk}/{what}/"
        assert client_of(team["ana"]).post(path).status_code == 404
    far.refresh_from_db()
    assert (far.done_at, far.removed_at) == (None, None)


def test_the_page_lists_what_is_open_the_most_urgent_first_and_late_in_red(
    team: dict[str, User],
) -> None:
    account = make_customer(owner=team["ana"])
    night(DAY)
    late, soon = today() - dt.timedelta(days=2), today() + dt.timedelta(days=2)
    make_task(account, "Some day")
    make_task(account, "<b>Soon</b>", due_on=soon, assigned_to=team["ben"])
    make_task(account, "Late", due_on=late)
    make_task(account, "Now", due_on=today())
    html = client_of(team["ana"]).get(account.get_absolute_url()).content.decode()
    names = ("Late", "Now", "&lt;b&gt;Soon&lt;/b&gt;", "Some day")
    places = [html.index(f'<p class="hs-task-title" dir="auto">{name}</p>') for name in names]
    assert places == sorted(places)
    assert f'<span class="hs-red">due {late.day} {late:%b}, late</span>' in html
    assert "due today" in html
    assert 'Tasks <span class="hs-quiet">4</span>' in html
    assert 'href="?add=task#new-task"' in html or "add=task#new-task" in html
