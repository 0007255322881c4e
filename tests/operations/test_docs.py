"""docs/operations.md lists settings, alarms and queues as the code has them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.conf import settings

from healthscore import databases, prepare, readiness
from metrics.models.heartbeats import FORGOTTEN
from metrics.models.replies import KEPT_REPLIES
from metrics.nightly.purge import (
    KEPT_DELIVERIES,
    KEPT_MAILS,
    KEPT_REJECTS,
    KEPT_SCORES_MONTHS,
    KEPT_UNDO,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CODE = ROOT / "healthscore"


def section(title: str) -> str:
    """The text below a heading, up to the next one."""
    found = re.search(rf"^#+ {title}\n(.+?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[1]


def table(title: str) -> dict[str, str]:
    """First and second cell of every row, the first one without its marks."""
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \|", section(title), re.MULTILINE)
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def in_settings() -> dict[str, str]:
    """Every variable that the settings read, and its default as it is written there."""
    source = (CODE / "settings.py").read_text(encoding="utf-8")
    found = {}
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        asked = ast.unparse(call.func)
        name = call.args[0]
        if isinstance(name, ast.Constant) and (asked == "required" or asked.startswith("env.")):
            found[name.value] = ast.unparse(call.args[1]) if asked != "required" else "–"
    return found


def shown(default: str) -> str:
    """A default of the settings as the page writes it."""
    words = {
        "''": "empty",
        "[]": "empty",
        "False": "false",
        "True": "true",
        "LOCAL": "as `HEALTHSCORE_LOCAL`",
        "not LOCAL": "not `HEALTHSCORE_LOCAL`",
        "BASE_DIR / 'staticfiles'": "staticfiles",
    }
    return words.get(default, default.strip("'").removesuffix(".0").replace("_", ""))


def test_every_setting_is_listed_with_its_default() -> None:
    said = {name: re.sub(r" \(compose: .+\)", "", cell) for name, cell in table("Settings").items()}

    assert said == {name: shown(default) for name, default in in_settings().items()}


def test_the_docstring_of_the_settings_knows_no_other_variable() -> None:
    source = (CODE / "settings.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source)) or ""

    assert set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", docstring)) <= set(in_settings())


def test_every_alarm_is_explained_and_no_other() -> None:
    found = set()
    for name in ("readiness.py", "health.py"):
        for call in ast.walk(ast.parse((CODE / name).read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("reasons.append"):
                found.add(re.sub(r"\{.+?\}", "…", ast.unparse(call.args[0]).strip("f'\"")))

    assert found == set(table("What each alarm means"))


def test_every_line_of_the_answer_is_explained() -> None:
    assert list(table("Monitoring")) == list(readiness.Readiness().as_json())


def test_the_queues_are_named() -> None:
    used = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert {queue for queue in used if f"`{queue}`" not in section("Scale out")} == set()


def test_the_patience_of_a_migration_is_that_of_the_code() -> None:
    assert databases.LIMITS["migrate"] == {"lock_timeout": "2s"}
    assert prepare.TRIES == 15
    said = " ".join(section("Upgrade").split())
    assert "waits two seconds at most for a lock" in said
    assert "after fifteen tries it ends" in said


def test_what_is_kept_for_how_long_is_what_is_purged() -> None:
    days = {
        "refused rows": KEPT_REJECTS.days,
        "what an import replaced": KEPT_UNDO.days,
        "notes of mails": KEPT_MAILS.days,
        "one day": FORGOTTEN.days,
        "answers to requests": KEPT_REPLIES.days,
        "ids of deliveries": KEPT_DELIVERIES.days,
    }
    said = section("Retention")

    assert days == {
        "refused rows": 90,
        "what an import replaced": 90,
        "notes of mails": 90,
        "one day": 1,
        "answers to requests": 2,
        "ids of deliveries": 7,
    }
    assert f"by whole months | {KEPT_SCORES_MONTHS} months |" in said
    assert len(re.findall(r"\| 90 days \|", said)) == 3
    assert "`Idempotency-Key` | 48 hours |" in said
    assert settings.SESSION_COOKIE_AGE == 8 * 3600
