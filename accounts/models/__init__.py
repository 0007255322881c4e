"""Who: the organisation, its users, its customers and their people."""

from accounts.models.customers import Account, ArrMovement, Contract, Milestone, Person
from accounts.models.organisation import Organisation
from accounts.models.users import Role, User

__all__ = [
    "Account",
    "ArrMovement",
    "Contract",
    "Milestone",
    "Organisation",
    "Person",
    "Role",
    "User",
]
