"""What the kernel tells the apps above in the same transaction."""

from django.dispatch import Signal

# Sent by `create_organization` with `organization` and `container` (the page under which its homes belong), as the tables' owner.
organization_created = Signal()

# Sent by `add_language` with `organization`, `language` (its code) and `container`, in the organization's scope.
language_added = Signal()

# Sent with `organization` when something has changed that its pages show or are made with, in the same transaction. Processes may
# go on with what they knew for `queries.HOST_LIFETIME` seconds.
organization_changed = Signal()

# Asks the apps above which fields of the organization in scope cannot change any more: each answers `{field: reason}` or nothing.
# The reason is a text for staff in the active language.
settings_locks = Signal()
