"""Help desks. Zendesk's body is written in its trigger, with its placeholders
(developer.zendesk.com/documentation/webhooks); Intercom's is its notification, with the
conversation as its API has it (developers.intercom.com/docs/references).
"""

from metrics.sources.presets.base import Preset

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

INTERCOM = Preset(
    key="intercom",
    title="Intercom conversations",
    about=(
        "The topic “conversation.admin.closed”: a conversation that a user or a lead began, each"
        " time it is closed. The secret is the app’s client secret."
    ),
    source="tickets",
    scheme="sha1",
    signature_header="X-Hub-Signature",
    mapping="""\
only = topic == 'conversation.admin.closed' && contains(['user', 'lead'], data.item.source.author.type)
external_id = data.item.id
opened_at = { from = "data.item.created_at", format = "unix" }
first_answer_at = { from = "data.item.statistics.first_admin_reply_at", format = "unix" }
solved_at = { from = "data.item.statistics.last_close_at || created_at", format = "unix" }
reopens = data.item.statistics.count_reopens
channel = { from = "data.item.source.type", map = { conversation = "chat" }, keep = true }
person_email = data.item.source.author.email
""",  # noqa: E501
    sample="""\
{
  "type": "notification_event",
  "topic": "conversation.admin.closed",
  "created_at": 1795174200,
  "data": {
    "item": {
      "type": "conversation",
      "id": "147",
      "created_at": 1795165200,
      "source": {
        "type": "conversation",
        "author": {"type": "user", "id": "5310d8e7", "email": "kim@acme.example"}
      },
      "statistics": {
        "first_admin_reply_at": 1795165800,
        "last_close_at": 1795174200,
        "count_reopens": 0
      }
    }
  }
}
""",
)
