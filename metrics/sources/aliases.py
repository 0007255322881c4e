"""Headings under which ids and addresses come in other systems' files, for several sources."""

from __future__ import annotations

ACCOUNT = (
    "account id, account, company id, company, customer id, organization id, organisation id,"
    " crm id, client id, domain"
)
PERSON = "user id, person id, person, contact id, user, learner id"
EMAIL = (
    "email, e-mail, person email, user email, respondent, requester, requester email,"
    " learner email, contact email"
)
