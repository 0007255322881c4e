"""The version that stands on every run: the same facts and scorecard give the same bytes."""

CODE_VERSION = "0.1.0"
