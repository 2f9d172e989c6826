#!/usr/bin/env python
import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line

from tenancy.origin import COMMAND, Origin, origin_scope
from tenancy.scope import every_organization

# These read or shape the tables as a whole; every other command sees nothing until it enters an organization's scope.
OWNER_COMMANDS = {"makemigrations", "migrate", "showmigrations", "sqlmigrate", "squashmigrations", "optimizemigration"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    scope = every_organization() if OWNER_COMMANDS.intersection(sys.argv[1:2]) else nullcontext()
    with scope, origin_scope(Origin(f"{COMMAND}{sys.argv[1] if len(sys.argv) > 1 else 'help'}")):
        execute_from_command_line(sys.argv)
