"""Calls as Segment's libraries send them: track, page, screen, identify, group, alias. Pure.

What each means: track, page and screen are usage; identify says something of a person; group of an
account, and of whom it employs; alias that two ids are one person. A call becomes cells of the
canonical files, which are then read by the same rules.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from metrics.sources.base import BadCell, Refusal, Row, Rules
from metrics.sources.catalogue import BY_NAME
from metrics.sources.json_text import MAX_DEPTH, MAX_PROPERTIES, MAX_TEXT, is_too_deep
from metrics.sources.moments import from_unix, read_moment
from metrics.sources.reading import Parser
from metrics.sources.records import EXCERPT, UNREAD
from metrics.sources.traits import ACCOUNT_TRAITS, PERSON_TRAITS, cells_of, text_of

MAX_EVENT = 32 * 1024
AHEAD = dt.timedelta(minutes=5)
# a whole key, a mistyped one or a piece of one
KEY = re.compile(r"hs_live_\w+", re.ASCII)
NAMESPACE = uuid.UUID("5d0c0b39-8d0e-5f64-9d1c-6f3a4c1f4f5e")
# names under which the account stands in the properties, the likeliest first
ACCOUNT_NAMES = ("groupId", "accountId", "organization_id")
# these say that somebody came, not what she did
LOGINS = {"login", "logged in", "signed in", "user logged in", "user signed in",
          "application opened"}  # fmt: skip
USAGE = ("event_id", "account_external_id", "person_external_id", "feature_key", "occurred_at",
         "person_email")  # fmt: skip
PEOPLE = ("external_id", "account_external_id", *PERSON_TRAITS)
ACCOUNTS = ("external_id", *ACCOUNT_TRAITS)
HEADERS = {"accounts": ACCOUNTS, "people": PEOPLE, "usage": USAGE}
SOURCE_OF = {
    "track": "usage",
    "page": "usage",
    "screen": "usage",
    "identify": "people",
    "alias": "people",
    "group": "accounts",
}
Call = Mapping[str, Any]
NOTHING: dict[str, Any] = {}
Cells = list[str]


@dataclass(frozen=True, kw_only=True)
class Alias:
    """`previous` is an id of the person whom others call `person`."""

    line: int
    previous: str
    person: str
    raw: Mapping[str, str]


@dataclass(kw_only=True)
class Shaped:
    """Calls by what they are. `accounts` come before `people`, and these before `usage`.

    `guessed`: lines of usage whose moment is told by when they came alone.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    refused: dict[str, list[Refusal]] = field(default_factory=dict)
    aliases: list[Alias] = field(default_factory=list)
    guessed: set[int] = field(default_factory=set)


class Shaper:
    """Reads the calls of one request, which was received at `rules.now`."""

    def __init__(self, rules: Rules, *, sent_at: object = None, must_measure: bool = True) -> None:
        """`must_measure`: False where the whole request is no longer than one call may be."""
        self._rules = rules
        self._must_measure = must_measure
        self._moments: dict[str, dt.datetime] = {}
        self._texts: dict[dt.datetime, str] = {}
        self._sent_at = self._sent(sent_at)
        self._parsers = {
            name: Parser(BY_NAME[name], header, rules=rules, is_mapped=True)
            for name, header in HEADERS.items()
        }
        self._read: dict[str, Callable[[int, Call, str], None]] = {
            "track": self._usage,
            "page": self._usage,
            "screen": self._usage,
            "identify": self._identify,
            "group": self._group,
            "alias": self._alias,
        }
        self.found = Shaped()

    def add(self, line: int, call: object, *, kind: str = "") -> None:
        """The call number `line`; its `kind`, where it does not say so itself."""
        name = kind
        try:
            if not isinstance(call, dict):
                raise BadCell("bad_call", "a call is an object")
            name = kind or str(call.get("type", ""))[:60]
            read = self._read.get(name)
            if read is None:
                message = f"{name!r} is none of {', '.join(SOURCE_OF)}"
                raise BadCell("bad_call", message, column="type")
            self._check(call)
            read(line, call, name)
        except BadCell as error:
            self._refuse(line, SOURCE_OF.get(name, "usage"), call, error)

    def _check(self, call: Call) -> None:
        """What holds for every call."""
        if is_too_deep(call):
            raise BadCell("too_deep", f"nested deeper than {MAX_DEPTH}")
        size = _size(call) if self._must_measure else MAX_EVENT
        if size > MAX_EVENT:
            raise BadCell("call_too_large", f"{size:,} bytes, at most {MAX_EVENT:,} are taken")
        for name in ("properties", "traits"):
            held = _dict(call, name)
            if len(held) > MAX_PROPERTIES:
                message = f"{len(held):,} properties, at most {MAX_PROPERTIES} are taken"
                raise BadCell("too_many_properties", message, column=name)
        if size > MAX_TEXT:  # else no text in it can be longer
            _check_lengths(_dict(call, "properties"))

    def _usage(self, line: int, call: Call, kind: str) -> None:
        context = _dict(call, "context")
        if context.get("active") is False:
            raise BadCell("not_active", "the call says itself that nobody was active")
        properties = _dict(call, "properties")
        account = _account(context, properties)
        person, email = self._who(call, context, properties, has_account=bool(account))
        at = self._occurred(line, call)
        event_id = text_of(call, "messageId") or self._identity(call, at)
        cells = [event_id, account, person, _feature(call, kind), self._text(at), email]
        self._keep(line, "usage", cells, call)

    def _who(self, call: Call, context: Call, properties: Call, *, has_account: bool) -> Cells:
        """Id and e-mail. A visitor whom nobody knows waits to be known, unless the account is:
        then it is usage of that account by nobody in particular.
        """
        person = text_of(call, "userId")
        if person:
            return [person, ""]
        visitor = text_of(call, "anonymousId")
        traits = _dict(context, "traits")
        email = text_of(traits, "email") or text_of(properties, "email")
        if not (visitor or email):
            raise BadCell("missing_value", "neither userId nor anonymousId", column="userId")
        return ["", email] if email or has_account else [visitor, ""]

    def _identify(self, line: int, call: Call, kind: str) -> None:
        context = _dict(call, "context")
        traits = _dict(context, "traits") | _dict(call, "traits")
        company = _dict(traits, "company")
        account = _account(context, traits) or text_of(company, "id")
        person = text_of(call, "userId")
        if not person and not text_of(call, "anonymousId"):
            raise BadCell("missing_value", "neither userId nor anonymousId", column="userId")
        cells = [person, account, *cells_of(traits, PERSON_TRAITS, self._moment)]
        self._keep(line, "people", cells, call)

    def _group(self, line: int, call: Call, kind: str) -> None:
        account, person = text_of(call, "groupId"), text_of(call, "userId")
        if not account:
            raise BadCell("missing_value", "a group call needs a groupId", column="groupId")
        traits = cells_of(_dict(call, "traits"), ACCOUNT_TRAITS, self._moment)
        if any(traits) or not person:
            self._keep(line, "accounts", [account, *traits], call)
        if person:
            blank = [""] * len(PERSON_TRAITS)
            self._keep(line, "people", [person, account, *blank], call)

    def _alias(self, line: int, call: Call, kind: str) -> None:
        previous, person = text_of(call, "previousId").strip(), text_of(call, "userId").strip()
        for name, value in (("previousId", previous), ("userId", person)):
            if not value:
                raise BadCell("missing_value", f"an alias needs a {name}", column=name)
            if len(value) > 200:
                raise BadCell("too_long", f"{len(value):,} characters, at most 200 fit")
        if previous == person:
            raise BadCell("bad_call", "previousId and userId are the same", column="previousId")
        _check_text([previous, person])
        raw = _raw(call)
        self.found.aliases.append(Alias(line=line, previous=previous, person=person, raw=raw))

    def _keep(self, line: int, source: str, cells: Cells, call: Call) -> None:
        """Cells as a row, or why they are none."""
        _check_text(cells)
        row = self._parsers[source](line, cells)
        if isinstance(row, Row):
            self.found.rows.setdefault(source, []).append(row)
        else:
            self.found.refused.setdefault(source, []).append(row)

    def _refuse(self, line: int, source: str, call: object, error: BadCell) -> None:
        refusal = Refusal(
            line=line,
            code=error.code,
            message=error.message,
            column=error.column,
            raw=_raw(call),
        )
        self.found.refused.setdefault(source, []).append(refusal)

    def _occurred(self, line: int, call: Call) -> dt.datetime:
        """When it happened by our own clock: the sender's may be wrong, but not how long ago it
        was when it sent. Without `sentAt` the sender's is believed, up to five minutes ahead.
        """
        said = call.get("originalTimestamp") or call.get("timestamp")
        received = self._rules.now
        at = received if said is None else self._moment(said)
        sent = self._sent(call["sentAt"]) if "sentAt" in call else self._sent_at
        if sent and said is not None:
            return received - (sent - at)
        if said is None or at > received + AHEAD:
            self.found.guessed.add(line)
        return min(at, received + AHEAD)

    def _moment(self, value: object) -> dt.datetime:
        """A moment with its zone; seconds or milliseconds since 1970 have one. Raises BadCell."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return from_unix(value)
        if not isinstance(value, str):
            raise BadCell("bad_moment", "not a moment like 2026-03-31T09:30:00Z")
        found = self._moments.get(value)
        if found is None:
            found = self._moments[value] = _read(value)
            self._texts[found] = value
        return found

    def _text(self, at: dt.datetime) -> str:
        """A moment as a cell; what was said as it was said."""
        return self._texts.get(at) or at.isoformat()

    def _sent(self, value: object) -> dt.datetime | None:
        """When the sender sent by its own clock; None where it does not say so legibly."""
        try:
            return self._moment(value) if value else None
        except BadCell:
            return None

    def _identity(self, call: Call, at: dt.datetime) -> str:
        """Of a call without `messageId`: its content; where it has no moment either, the moment
        at which it came, so that two calls a day apart are two.
        """
        same = {name: value for name, value in call.items() if name not in ("sentAt", "writeKey")}
        if not (call.get("originalTimestamp") or call.get("timestamp")):
            same["receivedAt"] = at.isoformat()
        text = json.dumps(same, sort_keys=True, separators=(",", ":"))
        return str(uuid.uuid5(NAMESPACE, text))


def _check_lengths(properties: Call) -> None:
    for value in properties.values():
        if isinstance(value, str) and len(value) > MAX_TEXT:
            message = f"{len(value):,} characters, at most {MAX_TEXT:,} fit"
            raise BadCell("too_long", message, column="properties")


def _feature(call: Call, kind: str) -> str:
    """The event's name, or the page's; empty where somebody just came."""
    name = text_of(call, "event" if kind == "track" else "name")
    if kind == "track" and not name.strip():
        raise BadCell("missing_value", "a track call needs an event", column="event")
    return "" if name.strip().lower() in LOGINS else name


def _account(context: Call, properties: Call) -> str:
    if context.get("groupId"):
        return text_of(context, "groupId")
    return next((text_of(properties, n) for n in ACCOUNT_NAMES if properties.get(n)), "")


def _dict(call: Call, name: str) -> dict[str, Any]:
    found = call.get(name)
    if found is None:
        return NOTHING
    if not isinstance(found, dict):
        raise BadCell("bad_call", f"{name} is not an object", column=name)
    return found


def _read(value: str) -> dt.datetime:
    try:
        is_naive = dt.datetime.fromisoformat(value.strip()).tzinfo is None
    except ValueError:
        is_naive = False
    if is_naive:
        raise BadCell("timezone_missing", f"{value[:60]!r} has no time zone")
    return read_moment(value.strip(), dt.UTC)


def _check_text(cells: Sequence[str]) -> None:
    joined = "".join(cells)
    if "\0" in joined:
        raise BadCell("nul_character", "a NUL character")
    try:
        joined.encode()
    except UnicodeEncodeError as error:
        raise BadCell("bad_unicode", "half of a surrogate pair") from error


def _size(call: Call) -> int:
    try:
        return len(orjson.dumps(call))
    except TypeError:  # lone surrogates, integers beyond 64 bits
        return len(json.dumps(call))


def _raw(call: object) -> dict[str, str]:
    """As it came, but for write keys, and cut where it is long; everything beyond ASCII is written
    as an escape.
    """
    try:
        return {UNREAD: KEY.sub("hs_live_…", json.dumps(call))[:EXCERPT]}
    except RecursionError:
        return {UNREAD: "nested without end"}
