"""The invented product: what can be used, learnt and asked about."""

from __future__ import annotations

from typing import NamedTuple

PERSONAS = ("planner", "analyst", "operator", "manager", "administrator")
PERSONA_SHARES = (0.34, 0.2, 0.28, 0.12, 0.06)
# never people: an integration, and our own support staff inside the account
ROBOTS = ("service", "vendor")

GROUPS = (
    "Operations", "Planning", "Finance", "Sales", "Logistics", "Marketing", "Quality",
    "Procurement", "Human Resources", "IT",
)  # fmt: skip


class Feature(NamedTuple):
    """`share`: of the active days on which it is used by those who know it.

    `released`: share of the window that has passed when it came; None: always there.
    """

    key: str
    name: str
    level: str
    personas: tuple[str, ...]
    share: float
    released: float | None = None


FEATURES = (
    Feature("tasks", "Tasks", "core", (), 0.60),
    Feature("boards", "Boards", "core", (), 0.34),
    Feature("comments", "Comments", "core", (), 0.28),
    Feature("search", "Search", "core", (), 0.22),
    Feature("dashboards", "Dashboards", "intermediate", (), 0.20),
    Feature("reports", "Reports", "intermediate", ("analyst", "manager", "planner"), 0.17),
    Feature("calendar", "Calendar", "intermediate", ("planner", "operator", "manager"), 0.15),
    Feature("templates", "Templates", "intermediate", ("planner", "administrator"), 0.12),
    Feature("imports", "Imports", "intermediate", ("analyst", "administrator"), 0.11),
    Feature("schedules", "Schedules", "advanced", ("planner", "operator"), 0.10),
    Feature("automations", "Automations", "advanced", ("planner", "administrator"), 0.09),
    Feature("forecasts", "Forecasts", "advanced", ("analyst", "manager"), 0.09, 0.30),
    Feature("approvals", "Approvals", "advanced", ("manager", "operator"), 0.08, 0.72),
)
# days until a person first tries a feature of a level, and the share who never do
DISCOVERY = {"core": (6.0, 0.04), "intermediate": (35.0, 0.16), "advanced": (110.0, 0.34)}


class Course(NamedTuple):
    """`persona` empty: for everybody. `hours`: of work; longer courses are finished later."""

    name: str
    persona: str
    level: str
    hours: float


COURSES = (
    Course("Getting started", "", "beginner", 1.0),
    Course("Planning basics", "planner", "beginner", 2.0),
    Course("Reading and building reports", "analyst", "intermediate", 3.0),
    Course("Your working day", "operator", "beginner", 1.5),
    Course("Leading with dashboards", "manager", "intermediate", 1.5),
    Course("Administration", "administrator", "intermediate", 3.0),
    Course("Automations in depth", "planner", "advanced", 4.0),
    Course("Forecasting", "analyst", "advanced", 5.0),
)


class Task(NamedTuple):
    """A milestone of the first 90 days; `value`: it is worth something to the account itself."""

    name: str
    due_day: int
    value: bool


MILESTONES = (
    Task("Kick-off held", 7, False),
    Task("Data imported", 21, False),
    Task("First report shared", 35, True),
    Task("Everyone trained", 50, False),
    Task("Second group live", 65, True),
    Task("Goals reviewed with the sponsor", 85, False),
)

TOPICS = {
    "intro": (
        "Cannot log in", "Inviting people", "Where to find my tasks", "Changing notifications",
        "How to import a file", "What the colours mean", "Sharing a board",
    ),
    "advanced": (
        "Automation does not fire", "Totals of a report differ", "Schedules across time zones",
        "Forecast parameters", "Chains of approvals", "Import mapping rejects rows",
        "Single sign-on set-up",
    ),
    "unknown": ("Invoice", "Wish for a feature", "Slow pages", "Page does not open"),
}  # fmt: skip
INCIDENT_TOPIC = "Page does not open"

PLANS = {"SMB": ("Starter", "Team"), "Mid-market": ("Team", "Business"),
         "Enterprise": ("Business", "Enterprise")}  # fmt: skip
CHURN_REASONS = (
    "Hardly used any more", "Champion left, nobody took over", "Moved to another product",
    "Never finished the onboarding", "Unhappy with support", "Price",
)  # fmt: skip
BLIND_REASONS = ("Bought by another company", "Out of business", "Head office chose for all")
OWNERS = (
    ("ana@example.com", 0.28),
    ("tom@example.com", 0.18),
    ("mei@example.com", 0.18),
    ("jonas@example.com", 0.18),
    ("priya@example.com", 0.18),
)
