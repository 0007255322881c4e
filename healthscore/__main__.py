"""`python -m healthscore COMMAND`: what run.py does once the packages are installed."""

import sys

from healthscore.embedded.doors import main

sys.exit(main(sys.argv[1:]))
