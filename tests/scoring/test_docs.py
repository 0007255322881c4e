"""docs/rules.md says what the code does: every rule, every flag, every number in its tables."""

from __future__ import annotations

import re
from pathlib import Path

from metrics.scoring import flags, overrides, rules, trend
from metrics.scoring.bands import EVALUATIONS
from metrics.scoring.caps import RULES
from metrics.scoring.flag_rules import FLAG_RULES
from metrics.signals.defaults import default_config

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())


def table(section: str) -> list[list[str]]:
    (body,) = re.findall(rf"^## {section}\n(.+?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    rows = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_every_rule_stands_in_the_table_as_it_is_in_the_code() -> None:
    assert table("Rules") == [
        [rule.code, f"{rule.cap:g}" if rule.cap else "–", rule.reason, rule.until] for rule in RULES
    ]


def test_every_flag_stands_in_the_table_as_it_is_in_the_code() -> None:
    assert table("Flags") == [[rule.code, rule.name, rule.sentence] for rule in FLAG_RULES]


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    config = default_config()
    for sentence in (
        f"Red below {config.red_below:g}, amber below {config.green_from:g}",
        f"the score is {config.margin:g} points beyond the threshold on {EVALUATIONS} evaluations",
        f"turnover of {rules.HIGH_TURNOVER * 100:.0f} % a year or more while newcomers, at least "
        f"{rules.MIN_NEWCOMERS} of them, have fewer than {rules.NEWCOMERS_TAUGHT} points",
        f"opens after {flags.OPENS_AFTER} evaluations in a row",
        f"closes after {flags.CLOSES_AFTER} that do not",
        f"Declining opens at −{-flags.DECLINING:g} and closes above −{-flags.RECOVERED:g}",
        f"at most {flags.URGENT_DAYS} days ahead",
        f"falling at −{trend.STEEP:g} or less",
        f"up to {overrides.MAX_POINTS:g} points, with a reason, for at most "
        f"{overrides.MAX_DAYS} days",
    ):
        assert sentence in TEXT, sentence
