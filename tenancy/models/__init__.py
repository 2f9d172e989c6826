"""Organizations, their people, and what the kernel writes down for them."""

from tenancy.models.accounts import (
    User,
    UserManager,
)
from tenancy.models.email_changes import (
    EmailChange,
)
from tenancy.models.files import (
    TenantDocument,
    TenantImage,
    TenantRendition,
    document_path,
    tenant_path,
)
from tenancy.models.invitations import (
    Invitation,
)
from tenancy.models.organizations import (
    Domain,
    Membership,
    Organization,
    RoleGroup,
    TenantModel,
    Timestamped,
    new_domain_token,
    validate_time_zone,
)
from tenancy.models.records import (
    AuditEntry,
    AuditPersonalData,
    OutboxDelivery,
    OutboxEvent,
)

__all__ = [
    "AuditEntry",
    "AuditPersonalData",
    "Domain",
    "EmailChange",
    "Invitation",
    "Membership",
    "Organization",
    "OutboxDelivery",
    "OutboxEvent",
    "RoleGroup",
    "TenantDocument",
    "TenantImage",
    "TenantModel",
    "TenantRendition",
    "Timestamped",
    "User",
    "UserManager",
    "document_path",
    "new_domain_token",
    "tenant_path",
    "validate_time_zone",
]
