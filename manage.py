#!/usr/bin/env python
"""Django's command line. `python3 run.py manage` calls it with the servers running."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthscore.settings")
    # A command may stream a file for minutes: it has no statement timeout (see settings).
    os.environ.setdefault("HEALTHSCORE_ROLE", "command")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
