"""A scorecard as reviewable text (TOML): export, import into the draft, publish the draft."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug

from metrics.models import Scorecard
from metrics.models.scorecards import DEFAULT_LINE, claim_problems
from metrics.scoring.config import ConfigError, ScorecardConfig
from metrics.signals.defaults import read_config
from metrics.signals.text import from_text, to_text


class Command(BaseCommand):
    """What is exported and imported again is the same scorecard.

    Every action is about one line: the default, or the one that --line names. Importing under a
    new name begins a line. Publishing a version that is for no segment and no plan retires it.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        export = actions.add_parser("export", help="write a version to standard output")
        export.add_argument("--version-number", type=int, help="default: the live version")
        read = actions.add_parser("import", help="read a file into the draft")
        read.add_argument("file", type=Path)
        publish = actions.add_parser("publish", help="make the draft the live version")
        publish.add_argument("--reason", required=True, help="why; kept with the version")
        for action in (export, read, publish):
            action.add_argument(
                "--line", default=DEFAULT_LINE, help="the scorecard of a segment or plan"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except ConfigError as error:
            lines = [f"{place}: {problem}" for place, problem in error.problems.items()]
            raise CommandError("\n".join(lines)) from error

    def _export(self, options: dict[str, Any]) -> None:
        number, versions = options["version_number"], Scorecard.objects.of(options["line"])
        card = versions.filter(version=number) if number else versions.published()
        found = card.first()
        if found is None:
            of = "" if options["line"] == DEFAULT_LINE else f" of the line {options['line']}"
            raise CommandError(
                f"there is no version {number}{of}" if number else f"nothing{of} is live"
            )
        text = to_text(read_config(found.body))
        self.stdout.write(f"# scorecard {found}\n{text}", ending="")

    def _import(self, options: dict[str, Any]) -> None:
        line = _line(options["line"])
        try:
            text = options["file"].read_text(encoding="utf-8")
            config = from_text(text, names_whom=line != DEFAULT_LINE)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        draft = _save(line, config)
        self.stdout.write(f"draft {draft} saved")

    def _publish(self, options: dict[str, Any]) -> None:
        draft = Scorecard.objects.draft(options["line"])
        if draft is None:
            raise CommandError("there is no draft; import one first")
        if not options["reason"].strip():
            raise CommandError("a reason is needed")
        draft.publish(edition=draft.edition, by=None, reason=options["reason"])
        retired = " and for nobody: the line is retired" if draft.is_retired else ""
        self.stdout.write(f"{draft} is live{retired}; the next night uses it")


def _line(name: str) -> str:
    try:
        validate_slug(name)
        Scorecard._meta.get_field("line").run_validators(name)
    except ValidationError as error:
        raise CommandError(f"--line {name!r}: {error.messages[0]}") from error
    return name


def _save(line: str, config: ScorecardConfig) -> Scorecard:
    """The draft with the text in it; refused where it could not be published either."""
    cards = {card.line: card for card in Scorecard.objects.in_force()}
    problems = claim_problems(line, config, cards)
    if problems:
        raise ConfigError(problems)
    base = Scorecard.objects.of(line).published().first() or Scorecard.objects.live()
    draft = Scorecard.objects.start_draft(base, by=None, line=line)
    draft.save_draft(config.to_dict(), edition=draft.edition)
    return draft
