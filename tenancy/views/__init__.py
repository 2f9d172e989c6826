from tenancy.views.accounts import (
    EmailChangeView,
    SessionsView,
    arrive,
    confirm_email_change,
    end_session,
    organizations,
    private_page,
    switch,
)
from tenancy.views.domains import (
    CheckDomainView,
    DomainCreateView,
    DomainIndexView,
    DomainInspectView,
    MakeMainDomainView,
    RemoveDomainView,
)
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
from tenancy.views.languages import (
    in_own_language,
)
from tenancy.views.organization import (
    DetailsView,
    LanguagesView,
    MailView,
    OrganizationView,
    PublishingSettingsView,
    RemoveLanguageView,
    SignInSettingsView,
    TestMailView,
    organization_cards,
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
    "CheckDomainView",
    "DeclineInvitationView",
    "DetailsView",
    "DomainCreateView",
    "DomainIndexView",
    "DomainInspectView",
    "EmailChangeView",
    "InvitationView",
    "InviteView",
    "LanguagesView",
    "LeaveView",
    "MailView",
    "MakeMainDomainView",
    "OrganizationView",
    "PublishingSettingsView",
    "RemoveDomainView",
    "RemoveLanguageView",
    "RemoveMemberView",
    "ResendInvitationView",
    "RolesView",
    "SessionsView",
    "SignInSettingsView",
    "TeamIndexView",
    "TestMailView",
    "WithdrawInvitationView",
    "arrive",
    "confirm_email_change",
    "end_session",
    "in_own_language",
    "livez",
    "media",
    "organization_cards",
    "organizations",
    "private_page",
    "readyz",
    "retry_delivery",
    "switch",
]
