"""What Wagtail's own forms do is written into this log and no other; pages keep their versions beside it."""

from typing import Any

from django.db import models
from wagtail.actions import DeleteAction, EditAction
from wagtail.log_actions import LogActionRegistry
from wagtail.models import ModelLogEntry

from tenancy.audit.changes import changes_since, snapshot
from tenancy.audit.entries import entries_about, erase_personal_data, record
from tenancy.models import AuditEntry


class AuditManager:
    """What Wagtail asks of the manager of a log."""

    def log_action(self, instance: models.Model, action: str, *, user: Any = None, **details: Any) -> AuditEntry | None:
        """Write an entry for what Wagtail did to a record that is no page; none for a form saved as it was."""
        changes = getattr(instance, "audit_changes", None)
        if action == "wagtail.edit" and changes == []:
            return None
        return record(action, instance, actor=user, changes=changes or ())

    def for_instance(self, instance: models.Model) -> models.QuerySet[AuditEntry]:
        """Return the entries about a record, with who and when by the names that Wagtail has for them."""
        return entries_about(instance).annotate(user=models.FilteredRelation("actor"), timestamp=models.F("at"))


class AuditLog:
    """Stands for `AuditEntry` in Wagtail's registry of logs."""

    objects = AuditManager()


class AuditedEdit(EditAction):
    """Saves a record from its form and logs each field before and after."""

    def _save_instance(self) -> None:
        before = snapshot(self.instance)
        super()._save_instance()
        self.instance.audit_changes = changes_since(before, self.instance)


class AuditedDelete(DeleteAction):
    """Deletes a record; of a deleted person the log keeps nothing personal."""

    def _delete(self) -> Any:
        is_person = getattr(self.instance, "audit_person", None) == ""
        person = type(self.instance)(pk=self.instance.pk)
        deleted = super()._delete()
        if is_person:
            erase_personal_data(person)
        return deleted


def use_this_log(registry: LogActionRegistry) -> None:
    """Make Wagtail write here what it would write as `ModelLogEntry`. What is left of Wagtail's own log is that of pages."""
    registry.log_entry_models_by_type.register(models.Model, value=AuditLog)
    registry.log_entry_models.discard(ModelLogEntry)
