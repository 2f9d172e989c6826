"""In whose scope each management command runs."""

import argparse
from collections.abc import Sequence
from typing import Final

import django
from django.core.management import execute_from_command_line
from django.core.management.base import CommandError

from tenancy.origin import COMMAND, Origin, origin_scope
from tenancy.scope import every_organization, organization_scope

# These read or shape the tables as a whole.
OWNER_COMMANDS: Final = frozenset(
    {"makemigrations", "migrate", "optimizemigration", "showmigrations", "sqlmigrate", "squashmigrations"}
)

# Commands that go through rows, mostly of other packages: they run for one organization after the other, or for that of `--organization`.
EACH_ORGANIZATION: Final = frozenset(
    {
        "clearsessions",
        "create_log_entries_from_revisions",
        "fixtree",
        "import_redirects",
        "index_site",
        "move_pages",
        "publish_scheduled",
        "publish_scheduled_pages",
        "purge_embeds",
        "purge_revisions",
        "rebuild_references_index",
        "set_url_paths",
        "show_references_index",
        "sync_locale_trees",
        "update_index",
        "wagtail_update_image_renditions",
    }
)
# Of these, one organization must be named: their arguments are keys of its rows.
ONE_ORGANIZATION: Final = frozenset({"import_redirects", "move_pages"})


def run(argv: Sequence[str]) -> None:
    """Run the management command of a command line in the scope that is its own, and as what the log names as its origin.

    A command that is not listed above sees no rows until it enters a scope itself. Raises `CommandError` for an organization that is
    not there, or none where one must be named.
    """
    command = argv[1] if len(argv) > 1 else "help"
    with origin_scope(Origin(f"{COMMAND}{command}")):
        if command in OWNER_COMMANDS:
            with every_organization():
                execute_from_command_line(list(argv))
        elif command in EACH_ORGANIZATION and not {"-h", "--help"}.intersection(argv):
            _run_for_each(command, argv)
        else:
            execute_from_command_line(list(argv))


def _run_for_each(command: str, argv: Sequence[str]) -> None:
    django.setup()
    from tenancy.models import Organization  # models are there once Django is set up

    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--organization", metavar="SLUG")
    chosen, rest = parser.parse_known_args(argv[2:])
    if chosen.organization is None and command in ONE_ORGANIZATION:
        raise CommandError("Say whose rows it is about: --organization SLUG.")
    with every_organization():
        organizations = Organization.objects.order_by("pk")
        if chosen.organization is not None:
            organizations = organizations.filter(slug=chosen.organization)
        found = list(organizations.values_list("pk", "slug"))
    if chosen.organization is not None and not found:
        raise CommandError(f"There is no organization “{chosen.organization}”.")
    for pk, _slug in found:
        with organization_scope(pk):
            execute_from_command_line([argv[0], command, *rest])
