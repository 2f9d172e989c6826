import django.db.models.deletion
from django.db import migrations, models

import tenancy.scope
from tenancy.rls import ProtectTables


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cms", "0012_branding_fonts_and_colours"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("tenancy", "0009_review_of_pages"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewTask",
            fields=[
                (
                    "task_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.task",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        help_text="Pages/snippets at this step in a workflow will be moderated or approved by these groups of users",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
            ],
            options={"verbose_name": "review", "verbose_name_plural": "reviews"},
            bases=("wagtailcore.task",),
        ),
        migrations.CreateModel(
            name="FoundLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("holder_id", models.BigIntegerField()),
                ("part", models.CharField(blank=True, max_length=80)),
                ("words", models.CharField(blank=True, max_length=120, verbose_name="words")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("document", "Document"),
                            ("picture", "Picture"),
                            ("address", "Other site"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("target", models.BigIntegerField(null=True)),
                ("url", models.CharField(blank=True, max_length=2000, verbose_name="address")),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("gone", "There is no such page"),
                            ("server", "The site has an error"),
                            ("silent", "The site does not answer"),
                            ("unreachable", "Guests cannot reach this address"),
                        ],
                        max_length=12,
                        verbose_name="problem",
                    ),
                ),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("checked_at", models.DateTimeField(null=True, verbose_name="last looked at")),
                ("next_check_at", models.DateTimeField(null=True)),
                ("is_ignored", models.BooleanField(default=False, verbose_name="ignored")),
                (
                    "holder_type",
                    models.ForeignKey(
                        limit_choices_to={"app_label": "cms"},
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                        verbose_name="organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "link",
                "verbose_name_plural": "links",
                "indexes": [
                    models.Index(fields=["organization", "next_check_at"], name="found_link_due"),
                    models.Index(fields=["organization", "holder_type", "holder_id"], name="found_link_holder"),
                ],
            },
        ),
        ProtectTables(["cms_reviewtask", "cms_reviewtask_groups", "cms_foundlink"]),
    ]
