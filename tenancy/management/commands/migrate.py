from django.conf import settings
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections
from wagtail.models import Locale

from tenancy.models import Organization
from tenancy.operations import refresh_role_permissions
from tenancy.scope import every_organization


class Command(MigrateCommand):
    """Migrates as the owner of the tables, then brings languages and roles in line with the code."""

    def handle(self, *args, **options):  # type: ignore[no-untyped-def]
        with every_organization():
            super().handle(*args, **options)
            tables = connections[options["database"]].introspection.table_names()
            # Migrating a single app back and forth may leave the others unmade.
            if not {Organization._meta.db_table, "wagtailcore_groupsitepermission"}.issubset(tables):
                return
            for language, _name in settings.WAGTAIL_CONTENT_LANGUAGES:
                Locale.objects.get_or_create(language_code=language)
            for organization in Organization.objects.exclude(site=None).select_related("site__root_page"):
                refresh_role_permissions(organization)
