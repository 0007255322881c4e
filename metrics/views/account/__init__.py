"""The account page: what is it, why, what now."""

from metrics.views.account.evidence import evidence
from metrics.views.account.notes import note_add, note_remove, note_restore
from metrics.views.account.override import override_give, override_withdraw
from metrics.views.account.page import account
from metrics.views.account.people_page import account_people
from metrics.views.account.surveys_page import account_surveys
from metrics.views.account.tasks import (
    task_add,
    task_done,
    task_remove,
    task_reopen,
    task_restore,
)
from metrics.views.account.tickets_page import account_tickets
from metrics.views.account.timeline_page import account_timeline

__all__ = [
    "account",
    "account_people",
    "account_surveys",
    "account_tickets",
    "account_timeline",
    "evidence",
    "note_add",
    "note_remove",
    "note_restore",
    "override_give",
    "override_withdraw",
    "task_add",
    "task_done",
    "task_remove",
    "task_reopen",
    "task_restore",
]
