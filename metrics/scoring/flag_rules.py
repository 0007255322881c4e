"""The warnings that an account can have: what each says, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FlagRule:
    """One warning. at_once: it opens and closes without waiting; for `red` that is because the
    band has waited already.
    """

    code: str  # at most 12 characters
    name: str
    sentence: str
    playbook: str
    at_once: bool = False


FLAG_RULES: tuple[FlagRule, ...] = (
    FlagRule(
        code="R7",
        name="Leaving",
        sentence="They have given notice",
        playbook="Call the decision maker within two days and ask what would have kept them. "
        "Write down the reasons while they are fresh, whether or not they stay.",
        at_once=True,
    ),
    FlagRule(
        code="red",
        name="At risk",
        sentence="The score is in the red band",
        playbook="Go through the three largest losses with the champion this week, and agree on "
        "one change with a date for each.",
        at_once=True,
    ),
    FlagRule(
        code="R1",
        name="Nobody comes",
        sentence="Nobody has used the product for 21 business days",
        playbook="Call the champion today: has the work gone away, or only the habit? Offer a "
        "session in which the team starts again on a task of its own.",
        at_once=True,
    ),
    FlagRule(
        code="R4",
        name="Seats empty",
        sentence="Fewer than a fifth of the seats are in use",
        playbook="Go through the list of who should use the product with the champion. Invite and "
        "train the missing people, one group at a time.",
        at_once=True,
    ),
    FlagRule(
        code="R2",
        name="Champion left",
        sentence="The champion has left and nobody has taken over",
        playbook="Ask the decision maker to name a successor, and meet the new champion within a "
        "week: goals, what has been reached, what comes next.",
    ),
    FlagRule(
        code="R3",
        name="Severe ticket",
        sentence="A severe or escalated ticket has been open for more than 5 business days",
        playbook="Take the ticket to its owner today, and give the customer a name and a day. "
        "Call again when it is solved.",
    ),
    FlagRule(
        code="R6",
        name="Unhappy decision maker",
        sentence="A decision maker gave a bad answer and nobody has come back to them",
        playbook="Call them within two days. Listen first, then say what will change and when, "
        "and record that somebody came back to them.",
    ),
    FlagRule(
        code="R8",
        name="Usage fell",
        sentence="Usage is 40 % or more below their own normal",
        playbook="Find out which group stopped and when. Ask the champion what happened in that "
        "week, before you offer anything.",
    ),
    FlagRule(
        code="R5",
        name="New people left alone",
        sentence="Their people change fast and the newcomers do not get going",
        playbook="Send every newcomer the learning path of their role, and give the champion the "
        "list of who has not begun.",
    ),
    FlagRule(
        code="R9",
        name="Silence",
        sentence="No tickets, few answers, and usage is falling",
        playbook="Silence is not peace. Call somebody who used to write to you and ask how they "
        "do this work today.",
    ),
    FlagRule(
        code="declining",
        name="Declining",
        sentence="The score has lost 12 points or more in half a year",
        playbook="Compare the two half-years with the champion: what did they do then that they "
        "do no longer?",
    ),
    FlagRule(
        code="falling",
        name="Falling",
        sentence="The score has been falling steadily over the last weeks",
        playbook="Look at what moved the score since the fall began, and ask about that one thing "
        "while it is small.",
    ),
    FlagRule(
        code="plateau",
        name="Stopped at a plateau",
        sentence="Several people use the product less since they stopped discovering",
        playbook="Show them the feature that others like them go on to, with a task of their own "
        "and the course that belongs to it.",
    ),
)
BY_CODE = {rule.code: rule for rule in FLAG_RULES}
