"""Where a webhook is begun from: what well-known systems send, and how they sign it. Pure.

The bodies were read off the vendors' own pages: Zendesk's body is written in its trigger, with its
placeholders (developer.zendesk.com/documentation/webhooks), Typeform's is an answered form
(typeform.com/developers/webhooks/example-payload).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The first state of the form; `about` says what must be set up at the sender."""

    key: str
    title: str
    about: str
    source: str
    scheme: str
    mapping: str
    sample: str
    signature_header: str = ""
    timestamp_header: str = ""
    delivery_header: str = ""


ZENDESK = Preset(
    key="zendesk",
    title="Zendesk tickets",
    about=(
        "A webhook that a trigger fires when a ticket is created or its status changes,"
        " with a JSON body like the sample, its values being Zendesk’s placeholders."
    ),
    source="tickets",
    scheme="joined",
    signature_header="X-Zendesk-Webhook-Signature",
    timestamp_header="X-Zendesk-Webhook-Signature-Timestamp",
    delivery_header="X-Zendesk-Webhook-Invocation-Id",
    mapping="""\
external_id = id
opened_at = created_at
solved_at = ((status == 'Solved') && updated_at) || `null`
severity = ((status != 'Solved') && priority) || `null`
channel = via
account_external_id = organization
person_email = requester
""",
    sample="""\
{
  "id": "35436",
  "created_at": "2026-11-20T09:00:00Z",
  "updated_at": "2026-11-20T11:30:00Z",
  "status": "Solved",
  "priority": "High",
  "via": "Mail",
  "organization": "A-3",
  "requester": "kim@acme.example"
}
""",
)

TYPEFORM = Preset(
    key="typeform",
    title="Typeform answers",
    about=(
        "A form with a question of 0 to 10, whose hidden fields say who answers:"
        " user_id is your id of the person."
    ),
    source="surveys",
    scheme="body",
    signature_header="Typeform-Signature",
    mapping="""\
only = event_type == 'form_response'
external_id = form_response.token
person_external_id = form_response.hidden.user_id
kind = { value = "nps" }
sent_at = form_response.landed_at
answered_at = form_response.submitted_at
score = form_response.answers[?type == 'number'].number | [0]
comment = form_response.answers[?type == 'text'].text | [0]
""",
    sample="""\
{
  "event_id": "LtWXD3crgy",
  "event_type": "form_response",
  "form_response": {
    "form_id": "lT4Z3j",
    "token": "a3a12ec67a1365927098a606107fac15",
    "landed_at": "2026-11-20T09:00:00Z",
    "submitted_at": "2026-11-20T09:02:00Z",
    "hidden": {"user_id": "P-17"},
    "answers": [
      {"type": "number", "number": 9, "field": {"id": "NRsxU591jIW9", "type": "opinion_scale"}},
      {"type": "text", "text": "Fast and clear.", "field": {"id": "DlXFaesGBpoF", "type": "long_text"}}
    ]
  }
}
""",  # noqa: E501
)

OWN = Preset(
    key="own",
    title="A system of your own",
    about="Several rows in one delivery, signed as standardwebhooks.com describes.",
    source="training",
    scheme="standard",
    mapping="""\
rows = records
external_id = row.id
person_email = row.email
course = row.course
status = { from = "row.state", map = { done = "completed", open = "in_progress" } }
completed_at = row.completed_at
score = row.score
""",
    sample="""\
{
  "records": [
    {"id": "T-1", "email": "kim@acme.example", "course": "First steps", "state": "done",
     "completed_at": "2026-11-20T09:00:00Z", "score": 85},
    {"id": "T-2", "email": "lee@acme.example", "course": "First steps", "state": "open"}
  ]
}
""",
)

PRESETS: tuple[Preset, ...] = (ZENDESK, TYPEFORM, OWN)
BY_KEY = {preset.key: preset for preset in PRESETS}
