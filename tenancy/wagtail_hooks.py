from django.db.models import Model
from django.urls import include, path, reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from tenancy import views
from tenancy.audit.sentences import audit_areas
from tenancy.audit.wagtail import AuditedDelete, AuditedEdit, use_this_log
from tenancy.models import AuditEntry, Domain, Membership, OutboxDelivery
from tenancy.panels import SecurityPanel, SettingsMenuItem, SwitchMenuItem, today_items
from tenancy.permissions import NoAddingPolicy, ReadOnlyPolicy, SettingsPolicy
from tenancy.urls import organization_settings, own_account
from tenancy.viewsets import AuditViewSet, DeliveryViewSet, DomainViewSet, TeamViewSet

register_permission_policy(AuditEntry, ReadOnlyPolicy(AuditEntry))
register_permission_policy(Domain, SettingsPolicy(Domain))
register_permission_policy(Membership, NoAddingPolicy(Membership))
register_permission_policy(OutboxDelivery, ReadOnlyPolicy(OutboxDelivery))


@hooks.register("register_admin_viewset")
def register_reports():
    return [DeliveryViewSet(), AuditViewSet()]


@hooks.register("register_admin_viewset")
def register_team():
    return TeamViewSet()


@hooks.register("register_admin_viewset")
def register_domains():
    return DomainViewSet()


@hooks.register("register_admin_urls")
def register_organization_settings():
    return [path("organization/", include((organization_settings, "organization")))]


@hooks.register("register_settings_menu_item")
def register_organization_menu():
    return SettingsMenuItem(
        gettext_lazy("Organization"),
        reverse_lazy("organization:index"),
        name="organization",
        icon_name="home",
        order=10,
    )


hooks.register("organization_cards", views.organization_cards)


@hooks.register("register_account_menu_item")
def offer_leaving(request):
    return {
        "url": reverse("team:leave"),
        "label": _("Leave %(organization)s") % {"organization": request.organization.name},
        "help_text": _("You cannot sign in here any more then, unless somebody invites you again."),
    }


@hooks.register("register_admin_urls")
def register_own_account():
    return own_account


@hooks.register("register_account_settings_panel")
def register_security_panel(request, user, profile):
    return SecurityPanel(request, user, profile)


@hooks.register("register_admin_menu_item")
def register_switch():
    return SwitchMenuItem(
        gettext_lazy("Switch organization"),
        reverse_lazy("account_organizations"),
        name="switch",
        icon_name="globe",
        order=9000,
    )


@hooks.register("register_actions")
def log_what_forms_change(registry):
    registry.register(Model, AuditedEdit)
    registry.register(Model, AuditedDelete)


# After Wagtail's own.
hooks.register("register_log_actions", use_this_log, order=1000)

hooks.register("audit_sentences", audit_areas)
hooks.register("today_items", today_items)
