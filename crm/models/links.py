"""What connects a record of this app with any other record of the organization."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from tenancy.models import TenantModel


class RecordLink(TenantModel):
    """A record that something is about: a customer, an order, a departure … A model of its own for each thing that has links.

    `record` is None where the record was deleted since. Which kinds can be linked the apps say by the hook `linkable_records`.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    record = GenericForeignKey("content_type", "object_id")

    class Meta:
        abstract = True
