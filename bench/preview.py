"""A draft's preview at the size of a large portfolio: the answer to one moved slider.

What is asked for is what the editor sends while somebody drags: the whole form, answered with the
band matrix, the largest changes and the curve, rendered. `first` reads a night's values out of the
database, as the first preview of a process after a night does; `again` has them at hand. Beside it
stands an empty page, asked for in the same rounds. Target: below one second at 10,000 accounts.
`cpu` is the time that the process itself worked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from bench._stage import Report, arguments, portfolio, spread  # first: it sets Django up

from django.conf import settings  # isort: skip
from django.db import connection, transaction
from django.test import Client

from accounts.models import Role, User
from metrics.forms import DraftForm
from metrics.models import Run, Scorecard
from metrics.signals.defaults import read_config
from metrics.views.scorecard.night_values import forget, values_of
from metrics.views.scorecard.preview import preview

Ask = Callable[[], object]


def main() -> None:
    """Every way to the preview in turn, round after round; nothing is left in the database."""
    asked = arguments(__doc__, accounts=10_000)
    run = portfolio(asked.accounts, fresh=asked.fresh)
    assert run is not None  # noqa: S101  # a portfolio with nights has a last one
    settings.ROOT_URLCONF = "bench._urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    report = Report("preview", asked.accounts)
    with transaction.atomic():
        _measure(run, max(asked.rounds, 5) * 2, report)
        transaction.set_rollback(True)
    report.write(asked.json)


def _measure(run: Run, rounds: int, report: Report) -> None:
    user = User.objects.create_user("preview@example.com", name="Preview", role=Role.ADMIN)
    client = Client()
    client.force_login(user)
    draft = Scorecard.objects.start_draft(Scorecard.objects.live(), by=user)
    ways: dict[str, Ask] = {
        "empty": lambda: client.get("/empty/"),
        "values, first": lambda: _first(lambda: values_of(run)),
        "preview alone": lambda: _preview(run, draft),
        "answer, first": lambda: _first(lambda: _answer(client, draft)),
        "answer, again": lambda: _answer(client, draft),
        "answer with one account": lambda: _answer(client, draft, find="Synthetic 12"),
        "page, again": lambda: client.get("/scorecard/"),
    }
    for name, (waited, worked) in _seconds(ways, rounds).items():
        report.add(name, **spread(waited), cpu=spread(worked)["median"])
    with _counted() as database:
        _answer(client, draft)
    report.add("database of an answer", queries=len(database), ms=1000 * sum(database))


def _seconds(ways: dict[str, Ask], rounds: int) -> dict[str, tuple[list[float], list[float]]]:
    """Seconds that were waited, and those that this process worked: the second says how long it
    takes where nobody else wants the machine, but for the database's own work.
    """
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ways}
    for round_ in range(rounds + 1):
        for name, ask in ways.items():
            began, busy = time.perf_counter(), time.process_time()
            ask()
            if round_:  # the first fills the caches of the process
                found[name][0].append(time.perf_counter() - began)
                found[name][1].append(time.process_time() - busy)
    return found


def _first(ask: Ask) -> object:
    """As the first of its process."""
    forget()
    return ask()


def _preview(run: Run, draft: Scorecard) -> object:
    body = draft.body | {"thresholds": draft.body["thresholds"] | {"green_from": 70.0}}
    before, after = {draft.line: read_config(draft.body)}, {draft.line: read_config(body)}
    return preview(values_of(run), line=draft.line, before=before, after=after)


def _answer(client: Client, draft: Scorecard, **over: str) -> object:
    """Four points from engagement to breadth, six fewer for green."""
    form = DraftForm(base=read_config(draft.body), edition=draft.edition)
    sent = {name: value for name in form.fields if (value := form[name].value()) is not False}
    weights = {"dimensions.mature.engagement": "30", "dimensions.mature.breadth": "26"}
    sent |= weights | {"thresholds.green_from": "69", "action": "preview"} | over
    kind = "application/x-www-form-urlencoded"  # as a browser sends it; the client's own is slow
    headers = {"HX-Request": "true"}
    answer = client.post("/scorecard/draft/", urlencode(sent), content_type=kind, headers=headers)
    assert answer.status_code == 200  # noqa: S101
    return answer


@contextmanager
def _counted() -> Iterator[list[float]]:
    """Seconds of every query, as the caller waits for them."""
    found: list[float] = []

    def keep(execute: object, sql: str, parameters: object, many: bool, context: object) -> object:
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)  # type: ignore[operator]
        finally:
            found.append(time.perf_counter() - began)

    with connection.execute_wrapper(keep):
        yield found


if __name__ == "__main__":
    main()
