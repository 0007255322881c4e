"""The mapping files of docs/examples fit files with the headers they were written for."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.sources.base import Row
from metrics.sources.catalogue import BY_NAME
from metrics.sources.mapping import load_mapping
from metrics.sources.reading import Reader
from tests.sources.reading import RULES

FOLDER = Path(__file__).parents[2] / "docs" / "examples" / "ravenstack"
# invented rows under the headers of the data set
SUBSCRIPTIONS = """\
subscription_id,account_id,start_date,end_date,plan_tier,seats,mrr_amount,arr_amount,is_trial,\
upgrade_flag,downgrade_flag,churn_flag,billing_frequency,auto_renew_flag
S-1,A-1,2026-03-01,,Pro,10,100,1200,FALSE,FALSE,FALSE,FALSE,annual,TRUE
S-2,A-1,2026-04-01,,Pro,5,50,600,FALSE,TRUE,FALSE,FALSE,monthly,TRUE
S-3,A-1,2026-01-01,2026-02-01,Pro,99,10,120,FALSE,FALSE,FALSE,TRUE,monthly,TRUE
S-4,A-1,2026-05-01,,Pro,7,0,0,TRUE,FALSE,FALSE,FALSE,monthly,TRUE
"""
FILES = {
    "accounts": """\
account_id,account_name,industry,country,signup_date,referral_source,plan_tier,seats,is_trial,churn_flag
A-1,One,EdTech,US,2026-01-01,ads,Pro,9,FALSE,TRUE
A-2,Two,EdTech,UK,2026-01-02,ads,Basic,9,TRUE,FALSE
""",
    "feature_usage": """\
usage_id,subscription_id,usage_date,feature_name,usage_count,usage_duration_secs,error_count,\
is_beta_feature
U-1,S-3,2026-01-05,feature_20,9,5004,0,False
U-2,S-9,2026-01-05,feature_20,9,5004,0,False
""",
    "support_tickets": """\
ticket_id,account_id,submitted_at,closed_at,resolution_time_hours,priority,\
first_response_time_minutes,satisfaction_score,escalation_flag
T-1,A-1,2026-07-27,2026-07-28 3:00,27,high,74,,FALSE
""",
    "subscriptions": SUBSCRIPTIONS,
    "churn_events": """\
churn_event_id,account_id,churn_date,reason_code,refund_amount_usd,preceding_upgrade_flag,\
preceding_downgrade_flag,is_reactivation,feedback_text
C-1,A-1,2026-06-27,pricing,4.03,FALSE,FALSE,FALSE,too expensive
C-2,A-1,2026-07-27,pricing,4.03,FALSE,FALSE,TRUE,
""",
}
EXPECTED = {
    ("accounts", "accounts"): [
        "A-1 One US EdTech Pro 15 1800 USD 2026-01-01",
        "A-2 Two UK EdTech Basic USD 2026-01-02",
    ],
    ("usage", "feature_usage"): [
        "U-1 A-1 feature_20 2026-01-05T00:00:00+00:00 9",
        "lookup_failed",
    ],
    ("tickets", "support_tickets"): [
        "T-1 A-1 2026-07-27T00:00:00+00:00 2026-07-27T01:14:00+00:00 2026-07-28T03:00:00+00:00"
        " high FALSE"
    ],
    ("arr_movements", "subscriptions"): [
        "start of S-1 A-1 new 1200 2026-03-01",
        "start of S-2 A-1 expansion 600 2026-04-01",
        "start of S-3 A-1 new 120 2026-01-01",
        "end of S-3 A-1 contraction -120 2026-02-01",
    ],
    ("arr_movements", "churn_events"): ["C-1 A-1 churn 0 2026-06-27"],
}


@pytest.mark.parametrize(("source", "name"), list(EXPECTED))
def test_the_mappings_of_the_walk_through_give(tmp_path: Path, source: str, name: str) -> None:
    for file, text in FILES.items():
        (tmp_path / f"ravenstack_{file}.csv").write_text(text, encoding="utf-8")
    path = tmp_path / f"ravenstack_{name}.csv"
    mapping = load_mapping(FOLDER / f"{name}.toml", source=BY_NAME[source], data=path)
    with path.open("rb") as stream:
        found = list(Reader(stream, BY_NAME[source], rules=RULES, mapping=mapping))
    assert [
        " ".join(item.raw().values()) if isinstance(item, Row) else item.code for item in found
    ] == EXPECTED[source, name]


def test_every_mapping_of_the_walk_through_is_tried() -> None:
    files = FOLDER.glob("*.toml")
    mappings = {path.stem for path in files if "[columns]" in path.read_text(encoding="utf-8")}
    assert mappings == {name for _, name in EXPECTED}
