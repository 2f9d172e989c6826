from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from crm.models import DocumentVersion


@receiver(post_delete, sender=DocumentVersion)
def remove_file(instance, **_kwargs):
    """Whichever way a version goes, its file goes with it, once that is sure."""
    file = instance.file
    transaction.on_commit(lambda: file.storage.delete(file.name))
