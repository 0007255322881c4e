"""Who: the organisation, its users, its customers and their people."""

from accounts.models.customers import Account, ArrMovement, Change, Contract, Milestone, Person
from accounts.models.organisation import Cadence, Organisation
from accounts.models.users import Role, User

__all__ = [
    "Account",
    "ArrMovement",
    "Cadence",
    "Change",
    "Contract",
    "Milestone",
    "Organisation",
    "Person",
    "Role",
    "User",
]
