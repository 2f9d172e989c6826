"""What this app's actions, its messages and the lines of a timeline are in words."""

from collections.abc import Callable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.enums import ConsentPurpose, TaskLetter
from crm.models import Activity
from tenancy.audit import Area


def audit_areas() -> list[Area]:
    """Return the sentences of this app's actions."""
    sentences = {
        "customer.tagged": _("%(who)s changed the tags of %(record)s: %(tags)s"),
        "customer.merged": _("%(who)s merged %(other)s into %(record)s"),
        "customer.merge_undone": _("%(who)s made %(other)s and %(record)s two customers again"),
        "customer.not_the_same": _("%(who)s said that %(record)s and another customer are not the same"),
        "consent.withdrawn": _("%(who)s wrote down that %(record)s withdrew a consent"),
        "protocol.logged": _("%(who)s wrote down a contact: %(record)s"),
        "protocol.linked": _("%(who)s linked a contact with %(other)s: %(record)s"),
        "protocol.unlinked": _("%(who)s linked a contact no more with %(other)s: %(record)s"),
        "protocol.file_added": _("%(who)s put a file beside a contact: %(record)s"),
        "protocol.file_removed": _("%(who)s removed a file from a contact: %(record)s"),
        "document.limits_changed": _("%(who)s changed which private documents may be uploaded"),
        "document.uploaded": _("%(who)s uploaded a private document: %(record)s"),
        "document.shared": _("%(who)s made a link to a private document: %(record)s"),
        "document.share_revoked": _("%(who)s took back a link to a private document: %(record)s"),
        "document.downloaded": _("Somebody fetched a private document by its link: %(record)s"),
        "import.uploaded": _("%(who)s uploaded a file to import: %(record)s"),
        "import.started": _("%(who)s started an import: %(record)s, rows: %(rows)s"),
        "import.dropped": _("%(who)s dropped an import before its start: %(record)s"),
        "import.stopped": _("%(who)s stopped an import: %(record)s"),
        "import.undone": _("%(who)s had an import undone: %(record)s"),
        "import.ended": _("An import ended: %(record)s, new: %(made)s, changed: %(changed)s, left out: %(left_out)s"),
        "message.retried": _("%(who)s sent a failed message again: %(record)s"),
        "task.open": _("%(who)s opened the task again: %(record)s"),
        "task.in_progress": _("%(who)s began the task: %(record)s"),
        "task.waiting": _("%(who)s put the task on hold: %(record)s"),
        "task.done": _("%(who)s did the task: %(record)s"),
        "task.dropped": _("%(who)s dropped the task: %(record)s"),
        "task.planned": _("%(who)s planned the follow-up: %(record)s"),
        "task.requested": _("A guest asked for it: %(record)s"),
        "task.changed": _("%(who)s changed the task together with others: %(record)s"),
        "task.commented": _("%(who)s said something about the task: %(record)s"),
        "task.series_ended": _("%(who)s ended the series of the task: %(record)s"),
        "task.waits": _("%(who)s let the task wait for another one: %(record)s"),
        "attention.done": _("%(who)s saw to what needed attention: %(record)s"),
        "attention.snoozed": _("%(who)s put off what needs attention: %(record)s"),
        "attention.open": _("%(who)s opened again what needs attention: %(record)s"),
        "task.waits_no_more": _("%(who)s let the task wait for another one no more: %(record)s"),
    }
    return [Area("crm", _("Customers"), sentences)]


def message_kinds() -> dict[str, str]:
    """Return what each kind of e-mail that this app sends is called, in the active language."""
    return {
        "personal": gettext("Written by hand"),
        "attention_digest": gettext("What needs attention"),
        "protocol_mention": gettext("Mentioned in a protocol"),
        **{kind.value: str(kind.label) for kind in TaskLetter},
    }


def activity_sentences() -> dict[str, Callable[[Activity], str]]:
    """Return what lines of this app on a customer's timeline say."""
    purposes = dict(ConsentPurpose.choices)
    return {
        "task_done": lambda activity: gettext("Task done: %(title)s") % {"title": activity.facts.get("title", "")},
        "consent_withdrawn": lambda activity: (
            gettext("Allows no more: %(what)s (%(how)s)")
            % {"what": purposes.get(activity.facts["purpose"], ""), "how": activity.facts["how"]}
        ),
    }
