"""What the kernel's own actions are in words: Wagtail's forms and pages, sign-in, the team, the organization."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenancy.audit.words import Area, Sentence


def _exported(words: Mapping[str, Any]) -> str:
    rows = words["rows"]
    if not isinstance(rows, int):
        return _("%(who)s exported a list") % words
    text = ngettext(
        "%(who)s exported %(rows)s row of the list “%(kinds)s” as %(format)s",
        "%(who)s exported %(rows)s rows of the list “%(kinds)s” as %(format)s",
        rows,
    )
    return text % words


def _signed_in(words: Mapping[str, Any]) -> str:
    if words["second_factor"] is True:
        return _("%(who)s signed in with a second factor") % words
    return _("%(who)s signed in") % words


def _failed_sign_in(words: Mapping[str, Any]) -> str:
    if words["subject_type"] == "tenancy.organization":
        return _("Somebody failed to sign in with an address that has no account here")
    return _("Somebody failed to sign in as %(record)s") % words


_RECORDS = {
    "wagtail.create": gettext_lazy("%(who)s created the %(kind)s “%(record)s”"),
    "wagtail.edit": gettext_lazy("%(who)s changed the %(kind)s “%(record)s”"),
    "wagtail.delete": gettext_lazy("%(who)s deleted the %(kind)s “%(record)s”"),
    "wagtail.lock": gettext_lazy("%(who)s locked the %(kind)s “%(record)s”"),
    "wagtail.unlock": gettext_lazy("%(who)s unlocked the %(kind)s “%(record)s”"),
    "wagtail.apitoken.create": gettext_lazy("%(who)s made an API token"),
    "wagtail.apitoken.revoke": gettext_lazy("%(who)s revoked an API token"),
}
# Of the log of pages: what guests notice, or who may see or change a page. Drafts and comments stand in the page's own history.
PAGES = {
    "wagtail.publish": gettext_lazy("%(who)s published the page “%(record)s”"),
    "wagtail.publish.schedule": gettext_lazy("%(who)s scheduled the page “%(record)s” to be published"),
    "wagtail.publish.scheduled": gettext_lazy("%(who)s published the page “%(record)s” at its scheduled time"),
    "wagtail.schedule.cancel": gettext_lazy("%(who)s cancelled the scheduled publication of the page “%(record)s”"),
    "wagtail.unpublish": gettext_lazy("%(who)s unpublished the page “%(record)s”"),
    "wagtail.unpublish.scheduled": gettext_lazy("%(who)s unpublished the page “%(record)s” at its scheduled time"),
    "wagtail.rename": gettext_lazy("%(who)s renamed the page “%(record)s”"),
    "wagtail.move": gettext_lazy("%(who)s moved the page “%(record)s”"),
    "wagtail.reorder": gettext_lazy("%(who)s put the page “%(record)s” in another place among its neighbours"),
    "wagtail.copy": gettext_lazy("%(who)s copied a page as “%(record)s”"),
    "wagtail.copy_for_translation": gettext_lazy("%(who)s copied the page “%(record)s” to be translated"),
    "wagtail.create_alias": gettext_lazy("%(who)s made the alias “%(record)s” of a page"),
    "wagtail.convert_alias": gettext_lazy("%(who)s made the alias “%(record)s” a page of its own"),
    "wagtail.revert": gettext_lazy("%(who)s went back to an earlier version of the page “%(record)s”"),
    "wagtail.view_restriction.create": gettext_lazy("%(who)s made the page “%(record)s” private"),
    "wagtail.view_restriction.edit": gettext_lazy("%(who)s changed who may see the private page “%(record)s”"),
    "wagtail.view_restriction.delete": gettext_lazy("%(who)s made the private page “%(record)s” public"),
    "wagtail.create": _RECORDS["wagtail.create"],
    "wagtail.delete": _RECORDS["wagtail.delete"],
    "wagtail.lock": _RECORDS["wagtail.lock"],
    "wagtail.unlock": _RECORDS["wagtail.unlock"],
}

_ACCOUNTS: dict[str, Sentence] = {
    "account.signed_in": _signed_in,
    "account.switched_here": gettext_lazy("%(who)s came here from another organization"),
    "account.switched_away": gettext_lazy("%(who)s went to another organization"),
    "account.signed_out": gettext_lazy("%(who)s signed out"),
    "account.sign_in_failed": _failed_sign_in,
    "account.second_factor_failed": gettext_lazy("Somebody failed at the second factor of %(record)s"),
    "account.second_factor_added": gettext_lazy("%(who)s set up a second factor"),
    "account.second_factor_reset": gettext_lazy("%(who)s made new recovery codes"),
    "account.second_factor_removed": gettext_lazy("%(who)s removed a second factor"),
    "account.password_changed": gettext_lazy("%(who)s changed the password"),
    "account.password_reset": gettext_lazy("%(who)s chose a new password by e-mail"),
    "account.sessions_ended": gettext_lazy("%(who)s ended sessions (%(count)s)"),
    "account.email_change_asked": gettext_lazy("%(who)s asked for another e-mail address"),
    "account.email_changed": gettext_lazy("%(who)s has another e-mail address"),
    "account.mail_failed": gettext_lazy(
        "An e-mail about an account could not be sent, for the mail server did not take it"
    ),
    "account.email_change_cancelled": gettext_lazy("%(who)s cancelled the change of e-mail address"),
}

_TEAM = {
    "membership.set": gettext_lazy("%(who)s made %(record)s a member, as %(role)s"),
    "membership.role_changed": gettext_lazy("%(who)s changed the role of %(record)s from %(before)s to %(after)s"),
    "membership.removed": gettext_lazy("%(who)s removed %(record)s from the team"),
    "membership.left": gettext_lazy("%(who)s left the team"),
    "invitation.sent": gettext_lazy("%(who)s invited %(record)s"),
    "invitation.resent": gettext_lazy("%(who)s sent the invitation of %(record)s again"),
    "invitation.withdrawn": gettext_lazy("%(who)s withdrew the invitation of %(record)s"),
    "invitation.declined": gettext_lazy("The invitation of %(record)s was declined"),
    "invitation.accepted": gettext_lazy("%(who)s accepted the invitation"),
}

_ORGANIZATION = {
    "organization.created": gettext_lazy("%(who)s created the organization"),
    "organization.changed": gettext_lazy("%(who)s changed the settings of the organization"),
    "domain.added": gettext_lazy("%(who)s added the host name %(record)s"),
    "domain.verified": gettext_lazy("The host name %(record)s was found to belong to the organization"),
    "domain.failed": gettext_lazy("The host name %(record)s could not be checked"),
    "domain.made_main": gettext_lazy("%(who)s made %(record)s the main host name"),
    "domain.removed": gettext_lazy("%(who)s removed the host name %(record)s"),
    "delivery.retried": gettext_lazy("%(who)s started a failed delivery again (%(record)s)"),
}


def audit_areas() -> list[Area]:
    """Return the areas of the kernel."""
    return [
        Area("account", gettext_lazy("Sign-in and accounts"), _ACCOUNTS),
        Area("team", gettext_lazy("Team"), _TEAM),
        Area("organization", gettext_lazy("Organization"), _ORGANIZATION),
        Area("export", gettext_lazy("Exports"), {"list.exported": _exported}),
        Area("records", gettext_lazy("Records and settings"), _RECORDS),
        Area("pages", gettext_lazy("Pages"), {name: text for name, text in PAGES.items() if name not in _RECORDS}),
    ]
