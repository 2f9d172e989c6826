"""Verbs that change organizations and their members."""

from tenancy.operations.members import (
    MembershipError,
    add_member,
    remove_member,
)
from tenancy.operations.organizations import (
    create_organization,
)
from tenancy.operations.roles import (
    refresh_role_permissions,
)

__all__ = [
    "MembershipError",
    "add_member",
    "create_organization",
    "refresh_role_permissions",
    "remove_member",
]
