"""The canonical CSV files, written one customer at a time so that memory stays small."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

HEADERS = {
    "features": "key,name,level,personas,released_on",
    "accounts": (
        "external_id,name,domain,segment,industry,plan,seats_sold,arr,currency,starts_on,"
        "renews_on,notice_days,owner_email,parent_external_id,notice_on,churned_on,churn_reason"
    ),
    "people": (
        "external_id,account_external_id,email,name,group,persona,level,intended,champion,"
        "decision_maker,provisioned_at,deactivated_at"
    ),
    "usage": "event_id,account_external_id,person_external_id,feature_key,occurred_at,count",
    "milestones": "account_external_id,name,due_on,completed_on,value,owner",
    "training": "external_id,person_external_id,course,persona,level,status,completed_at,score",
    "tickets": (
        "external_id,account_external_id,person_external_id,opened_at,first_answer_at,solved_at,"
        "severity,topic,maturity,escalated,reopens,channel,csat,comment"
    ),
    "surveys": (
        "external_id,account_external_id,person_external_id,kind,sent_at,answered_at,score,comment,"
        "followed_up_at"
    ),
    "arr_movements": "external_id,account_external_id,type,amount,on",
    "source_status": "source,account_external_id,from,to,state",
}
# usage that arrives days after it happened: the same shape as usage, imported later
LATE = "usage_late"


class Files:
    """Open files of a folder; `counts` are data rows by file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._stack = ExitStack()
        self._streams: dict[str, TextIO] = {}
        self.counts = dict.fromkeys([*HEADERS, LATE], 0)
        for name in self.counts:
            path = folder / f"{name}.csv"
            stream = self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            stream.write(HEADERS["usage" if name == LATE else name] + "\n")
            self._streams[name] = stream
        self._writers = {
            name: csv.writer(stream, lineterminator="\n") for name, stream in self._streams.items()
        }

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def write(self, name: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Rows with whatever text; quoted where needed."""
        found = list(rows)
        self._writers[name].writerows(found)
        self.counts[name] += len(found)

    def write_lines(self, name: str, lines: list[str]) -> None:
        """Lines whose cells are known to need no quotes."""
        if lines:
            self._streams[name].write("\n".join(lines) + "\n")
            self.counts[name] += len(lines)
