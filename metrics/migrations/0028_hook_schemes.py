"""Two more ways in which a sender may show that a delivery is its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0027_alert_mails")]

    operations = [
        migrations.AlterField(
            model_name="hook",
            name="scheme",
            field=models.CharField(
                choices=[
                    (
                        "standard",
                        "Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature)",
                    ),
                    ("stripe", "One header t=…,v1=… over timestamp.body (as Stripe)"),
                    ("dotted", "timestamp.body, the timestamp in a header of its own"),
                    ("joined", "Timestamp and body with nothing between (as Zendesk)"),
                    ("body", "The body alone (as Typeform, GitHub)"),
                    ("sha1", "The body alone, with HMAC-SHA1 (as Intercom, Wootric)"),
                    (
                        "address",
                        "Nothing is signed: the address ends with the secret (as Skilljar)",
                    ),
                ],
                max_length=10,
            ),
        )
    ]
