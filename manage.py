#!/usr/bin/env python
import os
import sys

from django.core.management.base import CommandError

from tenancy.management.scopes import run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        run(sys.argv)
    except CommandError as error:
        sys.exit(f"CommandError: {error}")
