"""Mails about new flags, to those who look after the accounts: one a day and person at most.

Whoever publishes the newest night that is due writes down, in the same transaction, who is owed a
mail; every tick has what is owed sent. First it is sent, then marked: a worker that dies in between
sends it once more with the same Message-ID, and never not at all. What a mail says is read when it
is sent, of accounts that are still the reader's. Nights that are caught up, or made again, tell of
nothing old.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import smtplib
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.invitations import has_mail_server
from accounts.models import Account, Organisation
from metrics.failpoints import failpoint
from metrics.models import AccountCurrent, AlertMail, FlagChange, Run
from metrics.scoring.flag_rules import BY_CODE, FlagRule

log = logging.getLogger(__name__)
MOST_ACCOUNTS = 20  # in one mail; the others are counted
NAMED = 2  # accounts in a subject
LONGEST_NAME = 60
BREAKS = {"Cc", "Zl", "Zp"}
UNSEEN = {"Cf", "Cs", "Co"}
JOINERS = "\u200c\u200d"  # within emoji, and in Persian
SHORTEST_PAUSE = dt.timedelta(minutes=2)
LONGEST_PAUSE = dt.timedelta(hours=1)
HELD = dt.timedelta(minutes=10)  # longer than any mail takes with the patience below
PATIENCE = 120.0  # seconds for an answer: who looks into a mail takes long to say that it has it
ROUND = 60.0  # seconds after which no other mail is begun: files wait for the same worker
AWAY = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
)
# who has not been told hears of what holds now
AGAIN = """
UPDATE metrics_alertmail SET run_id = %(run)s WHERE day = %(day)s AND sent_at IS NULL
"""
OWE = """
INSERT INTO metrics_alertmail (user_id, day, run_id)
SELECT DISTINCT u.id, %(day)s::date, %(run)s::bigint
FROM metrics_flagchange f
JOIN accounts_account a ON a.id = f.account_id
JOIN accounts_user u ON u.id = a.owner_id
WHERE f.run_id = %(run)s AND f.change = 'opened' AND u.is_active AND u.alerts
ON CONFLICT (user_id, day) DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class News:
    """An account and the flags that opened, the most severe first."""

    row: AccountCurrent
    name: str
    flags: list[FlagRule]
    severity: int
    link: str


def owe(run: Run) -> None:
    """Writes down who is to hear of the run's new flags; in the transaction that publishes it."""
    organisation = Organisation.current()
    if organisation.is_demo or not has_mail_server():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")  # a worker's clock may be days ahead
        # a night that is due late is published on the next day
        if cursor.fetchone()[0] < organisation.due_at(run.business_day + dt.timedelta(days=1)):
            told: dict[str, Any] = {"day": run.business_day, "run": run.pk}
            cursor.execute(AGAIN, told)
            cursor.execute(OWE, told)


def are_due() -> bool:
    """Whether there is a mail to send."""
    return AlertMail.objects.due().exists()


def send_due() -> None:
    """Sends what is owed, mail by mail. Where the mail server is away the round ends, and all mails
    wait: a try of each would keep this worker from all else for hours.
    """
    until = time.monotonic() + ROUND
    for mail in AlertMail.objects.due().order_by("pk"):
        if time.monotonic() > until:
            return  # the next tick goes on
        if not mail.claim(pause=HELD):
            continue
        mail.refresh_from_db()  # since the round began a later night may have come
        try:
            _send(mail)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # one that cannot be sent keeps no other back
            log.warning("mail %s about flags was not sent: %s", mail.pk, _why(error))
            _put_off(mail, error)
            continue
        failpoint("after_send")
        mail.sent()


def _put_off(mail: AlertMail, error: Exception) -> None:
    """When it is tried again; where the server is away, when any is."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        _is_no_address(code, said) for code, said in error.recipients.values()
    ):
        mail.refused()
        return
    pause = min(SHORTEST_PAUSE * 2 ** (mail.tries - 1), LONGEST_PAUSE)
    AlertMail.objects.filter(pk=mail.pk).rest(pause)
    # smtplib's own errors are OSErrors too
    lost = isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
    if lost or isinstance(error, AWAY):
        AlertMail.objects.due().rest(pause)


def _is_no_address(code: int, said: bytes) -> bool:
    """Whether the server knows no such mailbox: RFC 3463 counts what is wrong with one as 5.1 and
    5.2, RFC 5321 has these codes. A server that lets us send to nobody is mended by its admin.
    """
    if enhanced := re.match(rb"5\.(\d+)\.", said):
        return enhanced[1] in (b"1", b"2")
    return code in (501, 550, 551, 553)


def _why(error: Exception) -> str:
    """Without what was sent to whom, which a server's answer may quote."""
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".rstrip()


def _send(mail: AlertMail) -> None:
    news = _news(mail) if mail.user.is_active and mail.user.alerts else []
    if not news:  # all of it went to somebody else meanwhile
        return
    line = get_connection()
    line.open()  # EMAIL_TIMEOUT holds for this
    if (smtp := getattr(line, "connection", None)) and smtp.sock:
        smtp.sock.settimeout(PATIENCE)
    try:
        message = message_of(mail, news)
        message.connection = line
        message.send()
    finally:
        with suppress(OSError):  # it has the mail, however it says good-bye
            line.close()


def message_of(mail: AlertMail, news: list[News]) -> EmailMessage:
    """The mail itself. Its Message-ID comes from what it is about, and is always the same."""
    secret = salted_hmac("metrics.alerts", f"{mail.user_id} {mail.day}").hexdigest()
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "localhost"
    profile = _link("profile")
    context = {
        "mail": mail,
        "news": news[:MOST_ACCOUNTS],
        "total": len(news),
        "more": max(len(news) - MOST_ACCOUNTS, 0),
        "day_link": _link("day"),
        "profile_link": profile,
    }
    return EmailMessage(
        subject=_subject(news),
        body=render_to_string("metrics/mails/flags.txt", context).strip() + "\n",
        to=[mail.user.email],
        headers={
            "Message-ID": f"<flags-{secret[:32]}@{domain}>",
            "List-Unsubscribe": f"<{profile}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _news(mail: AlertMail) -> list[News]:
    """Of the reader's own book, the most severe first, then the largest."""
    opened: dict[int, list[FlagChange]] = {}
    book = Account.objects.filter(owner=mail.user).values("pk")
    changes = FlagChange.objects.filter(run_id=mail.run_id, change=FlagChange.Change.OPENED)
    for change in changes.filter(account_id__in=book).order_by("-severity", "rule"):
        opened.setdefault(change.account_id, []).append(change)
    rows = AccountCurrent.objects.filter(run_id=mail.run_id, account_id__in=opened)
    found = [_of_account(row, opened[row.account_id]) for row in rows]
    return sorted(found, key=lambda one: (-one.severity, -(one.row.arr or 0), one.row.account_id))


def _of_account(row: AccountCurrent, changes: list[FlagChange]) -> News:
    return News(
        row=row,
        name=one_line(row.name),
        flags=[BY_CODE[change.rule] for change in changes if change.rule in BY_CODE],
        severity=max(change.severity for change in changes),
        link=_link("account", row.account_id),
    )


def _subject(news: list[News]) -> str:
    """ "New flags: Acme, Bolt and 3 more"."""
    names = ", ".join(one.name for one in news[:NAMED])
    others = len(news) - NAMED
    flags = sum(len(one.flags) for one in news)
    more = f" and {others} more" if others > 0 else ""
    return f"New flag{'' if flags == 1 else 's'}: {names}{more}"


def one_line(name: str) -> str:
    """A customer's name as a mail may hold it: no line breaks, nothing that cannot be seen, not
    too long, and no direction of writing that goes on behind it.
    """
    kinds = [(char, unicodedata.category(char)) for char in name]
    seen = [
        " " if kind in BREAKS else char
        for char, kind in kinds
        if kind not in UNSEEN or char in JOINERS
    ]
    short = " ".join("".join(seen).split())
    if len(short) > LONGEST_NAME:
        short = f"{short[: LONGEST_NAME - 1].rstrip()}…"
    is_foreign = any(unicodedata.bidirectional(char) in ("R", "AL") for char in short)
    return f"\N{FIRST STRONG ISOLATE}{short}\N{POP DIRECTIONAL ISOLATE}" if is_foreign else short


def _link(name: str, *arguments: int) -> str:
    """An address of a page: a worker has no request that says where it is."""
    return urljoin(settings.ADDRESS, reverse(name, args=arguments))
