from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0008_words_of_pictures")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="reviews_pages",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Editors send a page to be looked at; another editor, an admin or an owner publishes it.",
                verbose_name="somebody else looks before a page is published",
            ),
        ),
    ]
