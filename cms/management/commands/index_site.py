from django.core.management.base import BaseCommand

from cms import operations
from tenancy.queries import current_organization


class Command(BaseCommand):
    help = "Writes down anew what guests find by the search, of each organization or that of --organization."

    def handle(self, **options):  # type: ignore[no-untyped-def]
        self.stdout.write(f"{current_organization()}: {operations.index_site()} pages")
