import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenancy.enums import Role
from tenancy.models import User
from tenancy.operations import add_member, create_organization
from tenancy.scope import every_organization


class Command(BaseCommand):
    help = "Creates an organization with its site, roles and first owner."

    def add_arguments(self, parser):  # type: ignore[no-untyped-def]
        parser.add_argument("name")
        parser.add_argument("--slug", required=True, help="Short name for addresses, such as harbour.")
        parser.add_argument("--host", required=True, help="Host name of its site, such as harbour.example.com.")
        parser.add_argument("--currency", required=True, help="ISO 4217 code, such as EUR.")
        parser.add_argument("--time-zone", required=True, help="IANA name, such as Europe/Berlin.")
        parser.add_argument("--languages", default="en", help="Codes, its own language first, such as en,de.")
        parser.add_argument("--order-prefix", required=True, help="One to four capital letters.")
        parser.add_argument("--owner", required=True, help="E-mail address of the first owner.")

    def handle(self, **options):  # type: ignore[no-untyped-def]
        languages = options["languages"].split(",")
        unknown = sorted(set(languages) - {code for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES})
        if unknown:
            raise CommandError(f"Not a language of this installation: {', '.join(unknown)}")
        try:
            organization = create_organization(
                options["name"],
                slug=options["slug"],
                host=options["host"],
                currency=options["currency"],
                time_zone=options["time_zone"],
                languages=languages,
                order_prefix=options["order_prefix"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        password = secrets.token_urlsafe(12)
        with every_organization():
            owner = User.objects.filter(email__iexact=options["owner"]).first()
            if owner is None:
                owner = User.objects.create_user(options["owner"], password)
                self.stdout.write(f"Account {owner.email} with the password {password}")
        add_member(organization, user=owner, role=Role.OWNER)
        self.stdout.write(f"{organization.name} is ready at {options['host']}.")
