"""Who sees to a value task."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_book_and_tagged_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="milestone",
            name="owner",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
