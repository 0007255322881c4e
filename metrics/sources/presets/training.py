"""Academies: Thinkific's enrollments (developers.thinkific.com, webhooks), Skilljar's events
(support.gainsight.com/Skilljar, Using Webhooks API), and one of your own.
"""

from metrics.sources.presets.base import Preset

THINKIFIC = Preset(
    key="thinkific",
    title="Thinkific enrollments",
    about=(
        "The topics “enrollment.created”, “enrollment.progress” and “enrollment.completed”."
        " The secret is the API key of the site."
    ),
    source="training",
    scheme="body",
    signature_header="X-Thinkific-Hmac-Sha256",
    mapping="""\
only = resource == 'enrollment' && contains(['created', 'progress', 'completed'], action)
external_id = payload.id
course = payload.course.name
status = { from = "action", map = { created = "enrolled", progress = "in_progress" }, keep = true }
completed_at = ((action == 'completed') && payload.completed_at) || `null`
person_email = payload.user.email
""",
    sample="""\
{
  "id": "20261120090000790022472",
  "resource": "enrollment",
  "action": "completed",
  "created_at": "2026-11-20T09:00:01.000Z",
  "payload": {
    "id": 3,
    "course": {"id": 68, "name": "First steps"},
    "percentage_completed": "100",
    "started_at": "2026-11-18T09:00:00.000Z",
    "completed_at": "2026-11-20T09:00:00.000Z",
    "user": {"id": 94, "email": "kim@acme.example"}
  }
}
""",
)

SKILLJAR = Preset(
    key="skilljar",
    title="Skilljar enrollments",
    about=(
        "Skilljar signs nothing, so that the address itself is the secret. It delivers all of its"
        " events; enrollments and completions of courses are read."
    ),
    source="training",
    scheme="address",
    mapping="""\
only = contains(['COURSE_ENROLLMENT', 'COURSE_COMPLETION'], event_type)
external_id = { join = ["user.id", "course.published_course_id"] }
course = course.title
status = ((event_type == 'COURSE_COMPLETION') && 'completed') || 'enrolled'
completed_at = ((event_type == 'COURSE_COMPLETION') && timestamp) || `null`
person_email = user.email
""",
    sample="""\
{
  "event_type": "COURSE_COMPLETION",
  "timestamp": "2026-11-20T09:00:00.066475+00:00",
  "user": {"id": "3456789hijklmno", "email": "kim@acme.example"},
  "course": {
    "id": "12345abcdefg",
    "published_course_id": "abcdefg12345",
    "title": "First steps"
  },
  "domain": {"id": "2345678defghij", "name": "academy.example"}
}
""",
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
