"""Survey tools: Typeform's answered form (typeform.com/developers/webhooks/example-payload),
Delighted's events (app.delighted.com/docs/api/webhooks), Wootric's (docs.wootric.com/webhooks).
"""

from metrics.sources.presets.base import Preset

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

DELIGHTED = Preset(
    key="delighted",
    title="Delighted answers",
    about=(
        "The events “survey_response.created” and “survey_response.updated” of an NPS project."
        " The secret is your API key there."
    ),
    source="surveys",
    scheme="body",
    signature_header="X-Delighted-Webhook-Signature",
    mapping="""\
only = starts_with(event_type, 'survey_response.') && event_data.survey_type == 'nps'
external_id = event_data.id
kind = { value = "nps" }
answered_at = { from = "event_data.created_at", format = "unix" }
score = event_data.score
comment = event_data.comment
person_email = event_data.person.email
""",
    sample="""\
{
  "event_type": "survey_response.created",
  "event_id": "7c1f02",
  "event_data": {
    "id": "5435",
    "person": {"id": "42", "email": "kim@acme.example", "name": "Kim"},
    "survey_type": "nps",
    "score": 9,
    "comment": "Fast and clear.",
    "created_at": 1795165200,
    "updated_at": null
  }
}
""",
)

WOOTRIC = Preset(
    key="wootric",
    title="Wootric answers (InMoment)",
    about=(
        "The events “response created” and “response updated”, as JSON. What Wootric leaves out of"
        " its own calculations is left out here too. external_id is your id of the person: take"
        " that line out where it is another."
    ),
    source="surveys",
    scheme="sha1",
    signature_header="X-Wootric-Signature",
    mapping="""\
only = response && survey_mode == 'NPS' && to_string(response.excluded_from_calculations) != 'true'
external_id = response.id
kind = { value = "nps" }
answered_at = response.created_at
score = response.score
comment = response.text
person_external_id = response.external_id
person_email = response.email
""",
    sample="""\
{
  "response": {
    "id": 1128,
    "email": "kim@acme.example",
    "external_id": "P-17",
    "score": "9",
    "text": "Fast and clear.",
    "created_at": "2026-11-20T09:00:00.558-07:00",
    "excluded_from_calculations": false
  },
  "event_name": "created",
  "timestamp": "2026-11-20T09:00:05.329-07:00",
  "survey_mode": "NPS"
}
""",
)
