from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from crm import operations
from crm.models import Customer, Document, DocumentVersion, Import, Milestone, Project, Protocol, Task
from tenancy.signals import organization_created


@receiver(organization_created)
def give_attention_rules(**_kwargs):
    operations.create_attention_rules()


@receiver(post_save, sender=Document)
@receiver(post_save, sender=Milestone)
@receiver(post_save, sender=Project)
@receiver(post_save, sender=Task)
def look_again(sender, instance, **_kwargs):
    """What a record that was saved needs is looked at soon; the sweep finds what changes otherwise, as when thousands are deleted."""
    operations.look_again(sender, instance.pk, organization_id=instance.organization_id)


@receiver(post_save, sender=Task)
@receiver(post_save, sender=Protocol)
def look_at_customer(instance, **_kwargs):
    if instance.customer_id is not None:
        operations.look_again(Customer, instance.customer_id, organization_id=instance.organization_id)


@receiver(post_delete, sender=DocumentVersion)
@receiver(post_delete, sender=Import)
def remove_file(instance, **_kwargs):
    """Whichever way a version or an import goes, its file goes with it, once that is sure."""
    file = instance.file
    if not file:
        return
    transaction.on_commit(lambda: file.storage.delete(file.name))
