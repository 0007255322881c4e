"""Whether somebody wants mails about new flags."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_account_names_by_pieces"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="alerts",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
