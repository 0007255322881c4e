"""A scorecard as reviewable text (TOML): export, import into the draft, publish the draft."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from django.core.management.base import BaseCommand, CommandError, CommandParser

from metrics.models import Scorecard
from metrics.scoring.config import ConfigError
from metrics.signals.defaults import read_config


class Command(BaseCommand):
    """What is exported and imported again is the same scorecard."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        export = actions.add_parser("export", help="write a version to standard output")
        export.add_argument("--version-number", type=int, help="default: the live version")
        read = actions.add_parser("import", help="read a file into the draft")
        read.add_argument("file", type=Path)
        publish = actions.add_parser("publish", help="make the draft the live version")
        publish.add_argument("--reason", required=True, help="why; kept with the version")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['action']}")(options)

    def _export(self, options: dict[str, Any]) -> None:
        number = options["version_number"]
        found = Scorecard.objects.filter(version=number).first() if number else None
        if number and found is None:
            raise CommandError(f"there is no version {number}")
        card = found or Scorecard.objects.live()
        text = tomli_w.dumps(read_config(card.body).to_dict())
        self.stdout.write(f"# scorecard v{card.version}\n{text}", ending="")

    def _import(self, options: dict[str, Any]) -> None:
        try:
            body = tomllib.loads(options["file"].read_text(encoding="utf-8"))
            config = read_config(body)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        except ConfigError as error:
            lines = [f"{place}: {problem}" for place, problem in error.problems.items()]
            raise CommandError("\n".join(lines)) from error
        draft = Scorecard.objects.start_draft(Scorecard.objects.live(), by=None)
        draft.save_draft(config.to_dict(), edition=draft.edition)
        self.stdout.write(f"draft v{draft.version} saved")

    def _publish(self, options: dict[str, Any]) -> None:
        draft = Scorecard.objects.draft()
        if draft is None:
            raise CommandError("there is no draft; import one first")
        if not options["reason"].strip():
            raise CommandError("a reason is needed")
        draft.publish(edition=draft.edition, by=None, reason=options["reason"])
        self.stdout.write(f"v{draft.version} is live; the next night uses it")
