"""E-mails to editors about pages, in each reader's language: a subject, a text, and the same as HTML."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page

from cms.enums import EditorLetter
from crm.rules import Email
from tenancy.models import User
from tenancy.queries import absolute_url, current_organization, language_of
from tenancy.rules import person_name


def about_page(
    page: Page, letter: EditorLetter, user: User, *, actor: User | None = None, quotes: Sequence[str] = ()
) -> Email:
    """Return what an editor reads about a page: who has done what with it, and what was said (`quotes`)."""
    organization = current_organization()
    language = language_of(user) or organization.default_language
    with override(language):
        who = person_name(actor) if actor is not None else organization.name
        facts = {"page": page.get_admin_display_title(), "who": who}
        settled = _("%(who)s has settled comments on the page “%(page)s”.")
        subject, lead = {
            EditorLetter.SUBMITTED: (
                _("Please look at “%(page)s”"),
                _("%(who)s has written the page “%(page)s” and asks you to look at it before guests see it."),
            ),
            EditorLetter.APPROVED: (
                _("“%(page)s” is approved"),
                _("%(who)s has looked at the page “%(page)s” and published it."),
            ),
            EditorLetter.REJECTED: (
                _("“%(page)s” needs changes"),
                _("%(who)s has looked at the page “%(page)s” and asks for changes."),
            ),
            EditorLetter.COMMENTED: (
                _("Comments on “%(page)s”"),
                _("%(who)s has commented on the page “%(page)s”.") if quotes else settled,
            ),
        }[letter]
        subject %= facts
        values = {
            "subject": subject,
            "organization": organization,
            "name": user.first_name,
            "lead": lead % facts,
            "quotes": quotes,
            "language": language,
            "url": absolute_url(organization, reverse("wagtailadmin_pages:edit", args=[page.pk])),
        }
        return Email(
            user.email,
            language,
            subject,
            render_to_string("cms/email/page.txt", values),
            render_to_string("cms/email/page.html", values),
        )
