import argparse
import sys
from pathlib import Path

from healthscore.embedded.keeper import start_keeper
from healthscore.embedded.places import Place

p = argparse.ArgumentParser()
p.add_argument("command")
p.add_argument("--profile")
a = p.parse_args()
sys.exit(start_keeper(Place(Path(__file__).resolve().parents[2], a.profile)))
