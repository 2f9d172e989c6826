"""What the kernel tells the apps above in the same transaction."""

from django.dispatch import Signal

# Sent by `create_organization` with `organization` and `container` (the page under which its homes belong), as the tables' owner.
organization_created = Signal()
