"""The reader hides what has not happened or was not known, and never turns unknown into zero."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest

from metrics.frames import Window, read_frames
from metrics.rollups import refresh
from metrics.signals.base import HISTORY_DAYS, Frames, Portfolio, Source
from metrics.signals.weeks import complete_weeks
from tests.facts import (
    DAY,
    ago,
    at,
    make_account,
    make_contract,
    make_feature,
    make_milestone,
    make_person,
    make_status,
    make_survey,
    make_ticket,
    make_training,
    use,
)

pytestmark = pytest.mark.django_db


def frames(day: dt.date = DAY, *, cutoff: dt.datetime | None = None, zone: str = "UTC") -> Frames:
    refresh()
    window = Window(day=day, cutoff=cutoff or at(day, 3), zone=zone, lo=0, hi=2**62)
    return read_frames(window, Portfolio())


def active_days(read: Frames, row: int = 0) -> list[int]:
    """Days before t on which the person of that row was active."""
    return [int(HISTORY_DAYS - column) for column in np.flatnonzero(read.active[row])][::-1]


def test_every_account_comes_out_even_without_a_single_fact() -> None:
    make_account()
    read = frames()
    assert len(read.accounts) == 1
    assert read.accounts["seats"].tolist() == [20.0]
    assert read.accounts["age_days"].tolist() == [500.0]
    assert np.isnan(read.last_use[0])
    assert read.active.shape == (0, HISTORY_DAYS)


def test_activity_of_the_day_itself_and_after_it_does_not_exist() -> None:
    account = make_account()
    person = make_person(account)
    use(account, person, 0, 1, 5, 371, 372)
    read = frames(cutoff=at(DAY, 23))
    assert active_days(read) == [1, 5, 371]


def test_the_calendar_and_the_user_days_give_the_same_frames() -> None:
    account = make_account()
    first, second = make_person(account), make_person(account)
    use(account, first, 1, 2, 8, 40, 200)
    use(account, second, 3, 9)
    use(account, None, 1)
    quick = frames()
    use(account, second, 4, known_at=at(DAY, 23))  # a calendar that knows too much is not read
    exact = frames()
    assert np.array_equal(quick.active, exact.active)
    assert quick.accounts.equals(exact.accounts)
    later = frames(cutoff=at(DAY, 23))
    assert active_days(later, 1) == [3, 4, 9]


def test_log_ins_count_only_where_the_account_has_nothing_else() -> None:
    silent, lively = make_account(), make_account()
    use(silent, make_person(silent), 2, feature=None)
    use(lively, make_person(lively), 2, feature=None)
    use(lively, make_person(lively), 3)
    read = frames()
    assert [active_days(read, row) for row in range(3)] == [[2], [], [3]]


def test_usage_without_a_person_shows_that_the_account_lives() -> None:
    account = make_account()
    use(account, None, 6)
    read = frames()
    assert read.last_use.tolist() == [6.0]
    assert len(read.people) == 0


def test_bots_and_our_own_staff_are_not_people() -> None:
    account = make_account()
    use(account, make_person(account, persona="service"), 1)
    use(account, make_person(account, persona="vendor"), 1)
    read = frames()
    assert len(read.people) == 0
    assert np.isnan(read.last_use[0])


def test_who_was_seen_has_been_provisioned_even_where_nobody_said_when() -> None:
    account = make_account()
    seen = make_person(account, provisioned_at=None)
    make_person(account, provisioned_at=None)
    use(account, seen, 3, 12)
    read = frames()
    assert read.people["tenure_days"].tolist()[0] == 12.0
    assert read.people["current"].tolist() == [True, False]


def test_a_leaver_is_current_until_the_day_that_we_knew() -> None:
    account = make_account()
    make_person(account, deactivated_at=at(ago(5)), deactivated_known_at=at(ago(5)))
    make_person(account, deactivated_at=at(ago(5)), deactivated_known_at=at(DAY, 20))
    make_person(account, deactivated_at=at(DAY), deactivated_known_at=at(ago(9)))
    assert frames().people["current"].tolist() == [False, True, True]


def test_accounts_come_with_their_first_day_and_go_with_their_last() -> None:
    kept = make_account(churned_on=DAY, churned_known_at=at(ago(1)))
    make_account(churned_on=ago(1), churned_known_at=at(ago(1)))
    unknown = make_account(churned_on=ago(1), churned_known_at=at(DAY, 12))
    make_account(started=-1, known_at=at(ago(3)))
    today = make_account(started=0, known_at=at(ago(3)))
    assert frames().accounts["account_id"].tolist() == [kept.pk, unknown.pk, today.pk]


def test_a_customer_that_comes_back_is_one_again_from_its_new_contract_on() -> None:
    account = make_account(churned_on=ago(90), churned_known_at=at(ago(90)))
    notice = {"notice_on": ago(120)}  # of the old contract; an empty cell never clears it
    make_contract(account, seats_sold=9, starts_on=ago(500), known_at=at(ago(120)), **notice)
    make_contract(account, seats_sold=7, starts_on=ago(30), known_at=at(ago(40)), **notice)
    make_account(churned_on=ago(90), churned_known_at=at(ago(90)))
    before = frames(ago(91)).accounts
    assert before["age_days"].tolist() == [409, 409]
    assert before["notice_given"].tolist() == [True, False]
    assert frames(ago(60)).accounts.empty
    read = frames().accounts
    assert read[["account_id", "age_days", "seats"]].values.tolist() == [[account.pk, 30, 7]]
    assert read["notice_given"].tolist() == [False]


def test_terms_hold_from_the_moment_they_were_known() -> None:
    account = make_account(seats=20)
    make_contract(account, seats_sold=10, starts_on=ago(500), notice_on=ago(1), known_at=at(ago(8)))
    make_contract(account, seats_sold=99, known_at=at(DAY, 22))
    read = frames()
    assert read.accounts["seats"].tolist() == [10.0]
    assert read.accounts["notice_given"].tolist() == [True]
    assert read.accounts["age_days"].tolist() == [500.0]
    assert set(read.seats_by_week[0, :-2]) == {20.0}
    assert read.seats_by_week[0, -1] == 10.0


def test_a_dated_field_shows_only_from_its_own_day_on() -> None:
    account = make_account()
    make_ticket(
        account,
        opened=9,
        first_answer_at=at(ago(1)),
        solved_at=at(DAY),
        csat=5,
        known_at=at(ago(9)),
    )
    ticket = frames().tickets.iloc[0]
    assert ticket["first_answer"] == np.datetime64(at(ago(1)).replace(tzinfo=None))
    assert np.isnan(ticket["solved_days_ago"])
    assert np.isnan(ticket["csat"])
    ticket = frames(DAY + dt.timedelta(days=1)).tickets.iloc[0]
    assert (ticket["solved_days_ago"], ticket["csat"]) == (1.0, 5.0)


def test_a_later_version_is_read_once_it_was_known() -> None:
    account = make_account()
    ticket = make_ticket(account, opened=9, is_latest=False)
    make_ticket(
        account, opened=9, external_id=ticket.external_id, escalated=True, known_at=at(ago(2))
    )
    assert frames().tickets["escalated"].tolist() == [True]
    assert frames(cutoff=at(ago(3))).tickets["escalated"].tolist() == [False]


def test_a_feature_that_nobody_described_is_there_from_its_first_use_on() -> None:
    make_account()
    make_feature("described")
    for key, first in (("new", ago(1)), ("tomorrow", DAY), ("refused", None)):
        make_feature(key, is_declared=False, first_used_on=first)
    assert frames().features["key"].tolist() == ["described", "new"]


def test_old_tickets_are_read_while_they_are_open_and_a_year_after() -> None:
    account = make_account(started=900)
    make_ticket(account, opened=500, solved_at=at(ago(372)))
    make_ticket(account, opened=500, solved_at=at(ago(371)))
    make_ticket(account, opened=450)
    make_ticket(account, opened=450, external_id="again", is_latest=False)
    make_ticket(
        account, opened=450, external_id="again", solved_at=at(ago(400)), known_at=at(ago(400))
    )
    make_ticket(account, opened=743)
    read = frames().tickets
    assert read["opened_days_ago"].tolist() == [500, 450]
    assert read["solved_days_ago"].fillna(-1).tolist() == [371.0, -1.0]


def test_of_two_answers_of_one_day_the_later_one_comes_first() -> None:
    account = make_account()
    person = make_person(account)
    for hour, score in ((9, 10), (17, 0), (12, 8)):
        make_survey(account, person=person, answered_at=at(ago(5), hour), score=score)
    assert frames().surveys["score"].tolist() == [0.0, 8.0, 10.0]


def test_answers_courses_and_tasks_are_counted_from_t() -> None:
    account = make_account()
    person = make_person(account)
    make_survey(account, person=person, sent=30, answered=28, score=9)
    make_survey(account, sent=3, answered=0, score=2)
    make_training(person, completed=7)
    make_training(person, completed=None)
    make_milestone(
        account,
        name="Kick-off",
        due_on=ago(490),
        completed_on=ago(495),
        completed_known_at=at(ago(495)),
    )
    make_milestone(account, name="No due day", is_value=True)
    read = frames()
    assert read.surveys["answered_days_ago"].fillna(-1).tolist() == [28.0, -1.0]
    assert read.surveys["score"].fillna(-1).tolist() == [9.0, -1.0]
    assert read.surveys["person"].tolist() == [0, -1]
    assert sorted(read.training["completed_days_ago"].fillna(-1)) == [-1.0, 7.0]
    assert read.milestones["name"].tolist() == ["Kick-off", "No due day"]
    assert read.milestones["value"].tolist() == [False, True]
    assert read.milestones["due_day"].fillna(-1).tolist() == [10.0, -1.0]
    assert read.milestones["completed_day"].fillna(-1).tolist() == [5.0, -1.0]


def test_features_ever_used_are_listed_per_person() -> None:
    account = make_account()
    person = make_person(account)
    make_feature("future", released_on=DAY)
    use(account, person, 2, 50, feature="reports")
    use(account, person, 57, feature="schedules")
    read = frames()
    assert read.features["key"].tolist() == ["reports", "schedules"]
    assert read.feature_use.values.tolist() == [[0, 0, 50, 2], [0, 1, 57, 57]]


def test_a_source_is_as_bad_as_its_worst_word() -> None:
    one, two, three = make_account(), make_account(), make_account()
    make_survey(one)
    make_status("surveys", "broken", since=3)
    make_status("surveys", "live", since=400, account=one)
    make_status("surveys", "not_bought", since=400, account=two)
    make_status("tickets", "late", since=9, until=1, account=three)
    read = frames()
    assert read.source_state[Source.SURVEYS].tolist() == ["broken", "not_bought", "broken"]
    assert read.late_days[Source.SURVEYS].tolist() == [3.0, 0.0, 3.0]
    assert read.source_state[Source.TICKETS].tolist() == ["absent", "absent", "absent"]


def test_an_outage_that_changes_its_name_goes_on() -> None:
    """Late, then declared broken: nothing has been heard since it was late."""
    one, two, three, four, five = (make_account() for _ in range(5))
    use(one, make_person(one), 90)
    make_status("usage", "late", since=30, until=12, account=one)
    make_status("usage", "broken", since=12, until=1, account=one)
    make_status("usage", "late", since=1, account=one)
    make_status("usage", "late", since=30, account=two)
    make_status("usage", "broken", since=2, account=two)
    make_status("usage", "late", since=30, account=three)
    make_status("usage", "live", since=20, account=three)
    make_status("usage", "broken", since=2, account=three)
    make_status("usage", "late", since=30, until=13, account=four)
    make_status("usage", "broken", since=12, account=four)
    make_status("usage", "late", since=30, account=five)
    make_status("usage", "live", since=20, until=10, account=five)
    read = frames()
    assert read.source_state[Source.USAGE].tolist() == [
        "late",
        "broken",
        "broken",
        "broken",
        "late",
    ]
    assert read.late_days[Source.USAGE].tolist() == [30, 30, 2, 12, 10]


def test_an_outage_everywhere_that_becomes_an_accounts_own_goes_on() -> None:
    one, two = make_account(), make_account()
    use(one, make_person(one), 90)
    make_ticket(one)
    make_status("usage", "late", since=30, until=9)
    make_status("usage", "broken", since=9, until=4, account=two)
    make_status("usage", "late", since=6)
    make_status("usage", "broken", since=3, account=two)
    make_status("tickets", "late", since=30, until=9)
    make_status("tickets", "broken", since=9, account=two)
    read = frames()
    assert read.source_state[Source.USAGE].tolist() == ["late", "broken"]
    assert read.late_days[Source.USAGE].tolist() == [6, 30]
    assert read.source_state[Source.TICKETS].tolist() == ["live", "broken"]
    assert read.late_days[Source.TICKETS].tolist() == [0, 30]


def test_days_begin_at_midnight_of_the_organisation() -> None:
    account = make_account()
    make_ticket(account, opened_at=at(ago(0), 1), known_at=at(ago(1)))
    assert len(frames().tickets) == 0
    # 01:00 UTC is still the evening before in New York
    assert len(frames(zone="America/New_York").tickets) == 1


@pytest.mark.parametrize("day", [DAY, dt.date(2028, 2, 29), dt.date(2026, 1, 5)])
def test_weeks_are_whole_and_end_before_the_day(day: dt.date) -> None:
    weeks = complete_weeks(day)
    assert all(week.weekday() == 0 for week in weeks)
    assert day - dt.timedelta(days=7) <= weeks[-1] + dt.timedelta(days=6) < day
    assert weeks[0] >= day - dt.timedelta(days=HISTORY_DAYS)
    assert len(weeks) in {52, 53}


def test_accounts_carry_their_terms_as_of_the_cut_off() -> None:
    account = make_account(segment="Mid-market", plan="Pro")
    make_contract(
        account,
        seats_sold=20,
        arr=Decimal("1200.50"),
        currency="EUR",
        renews_on=ago(-100),
        notice_days=30,
        known_at=at(ago(8)),
    )
    make_contract(account, arr=Decimal(9), renews_on=ago(-500), known_at=at(DAY, 22))
    make_account()
    columns = ["segment", "plan", "arr", "currency", "renews_in_days", "notice_in_days"]
    read = frames().accounts[columns]
    assert read.loc[0].tolist() == ["Mid-market", "Pro", 1200.5, "EUR", 100.0, 70.0]
    assert read.loc[1, ["segment", "plan", "currency"]].tolist() == ["", "", ""]
    assert read.loc[1, ["arr", "renews_in_days", "notice_in_days"]].isna().all()


def test_following_up_an_answer_shows_from_its_day_on() -> None:
    account = make_account()
    make_survey(account, sent=30, answered=28, score=2, followed_up_at=at(ago(26)))
    make_survey(account, sent=30, answered=28, score=2, followed_up_at=at(DAY))
    assert frames().surveys["followed_up_days_ago"].fillna(-1).tolist() == [26.0, -1.0]


def test_terms_that_are_agreed_on_hold_from_their_first_day_on() -> None:
    account = make_account(seats=20)
    make_contract(account, seats_sold=50, starts_on=DAY, known_at=at(ago(60)))
    assert frames(ago(1)).accounts["seats"].tolist() == [20.0]
    assert frames(DAY).accounts["seats"].tolist() == [50.0]
    assert frames(DAY).accounts["age_days"].tolist() == [500.0]
    assert set(frames(DAY).seats_by_week[0]) == {20.0}
