from tenancy.views.files import (
    media,
)
from tenancy.views.health import (
    livez,
    readyz,
)
from tenancy.views.invitations import (
    DeclineInvitationView,
    InvitationView,
)
from tenancy.views.problems import (
    retry_delivery,
)
from tenancy.views.team import (
    ChangeRoleView,
    InviteView,
    LeaveView,
    RemoveMemberView,
    ResendInvitationView,
    RolesView,
    TeamIndexView,
    WithdrawInvitationView,
)

__all__ = [
    "ChangeRoleView",
    "DeclineInvitationView",
    "InvitationView",
    "InviteView",
    "LeaveView",
    "RemoveMemberView",
    "ResendInvitationView",
    "RolesView",
    "TeamIndexView",
    "WithdrawInvitationView",
    "livez",
    "media",
    "readyz",
    "retry_delivery",
]
