"""The product that the invented customers use: its features and its courses."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.demo.people import PERSONAS
from metrics.demo.world import Plan

LOGIN = "login"


@dataclass(frozen=True, kw_only=True)
class Feature:
    """`share` of a user's active days on which she uses it, once she has taken it up.

    `age`: days before the end of the period on which it was released.
    """

    key: str
    name: str
    level: str
    share: float
    personas: tuple[str, ...] = PERSONAS
    age: int = 1500

    def released_at(self, plan: Plan) -> int:
        return plan.days - self.age


_EXPERTS = ("analyst", "specialist", "administrator")

FEATURES = (
    Feature(key="dashboards", name="Dashboards", level="core", share=0.62),
    Feature(key="records", name="Records", level="core", share=0.34),
    Feature(key="search", name="Search", level="core", share=0.24),
    Feature(key="comments", name="Comments", level="core", share=0.16),
    Feature(key="reports", name="Reports", level="intermediate", share=0.17),
    Feature(key="filters", name="Saved filters", level="intermediate", share=0.13),
    Feature(
        key="exports",
        name="Exports",
        level="intermediate",
        share=0.11,
        personas=("analyst", "manager", "administrator"),
    ),
    Feature(key="schedules", name="Schedules", level="intermediate", share=0.1, personas=_EXPERTS),
    Feature(key="shared_views", name="Shared views", level="intermediate", share=0.1, age=260),
    Feature(key="workflows", name="Workflows", level="advanced", share=0.09, personas=_EXPERTS),
    Feature(key="alerts", name="Alert rules", level="advanced", share=0.08),
    Feature(key="api", name="API", level="advanced", share=0.09, personas=("administrator",)),
    Feature(
        key="forecasts",
        name="Forecasts",
        level="advanced",
        share=0.09,
        personas=("analyst", "manager"),
        age=120,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Course:
    """`share` of the people concerned who are ever asked to take it."""

    name: str
    level: str
    personas: tuple[str, ...]
    share: float


COURSES = (
    Course(name="First steps", level="beginner", personas=PERSONAS, share=1.0),
    Course(name="Reports that are read", level="intermediate", personas=("analyst",), share=0.7),
    Course(name="Records every day", level="intermediate", personas=("specialist",), share=0.6),
    Course(name="Leading by numbers", level="intermediate", personas=("manager",), share=0.7),
    Course(
        name="Running the workspace", level="intermediate", personas=("administrator",), share=0.9
    ),
    Course(name="Workflows without code", level="expert", personas=_EXPERTS, share=0.3),
    Course(name="API and automation", level="expert", personas=("administrator",), share=0.5),
)
