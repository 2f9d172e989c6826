from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from tenancy import views
from tenancy.models import Membership


class TeamViewSet(ModelViewSet):
    """Who works here. People come by invitation, so nobody is added or edited by a form of the model."""

    model = Membership
    url_prefix = "team"
    url_namespace = "team"
    add_to_reference_index = False
    menu_label = _("Team")
    menu_hook = "register_settings_menu_item"
    menu_order = 20
    icon = "group"
    index_view_class = views.TeamIndexView
    search_fields = ["user__first_name", "user__last_name", "user__email"]
    search_backend_name = None
    list_filter = ["role"]
    list_export = [
        "user.first_name",
        "user.last_name",
        "user.email",
        "get_role_display",
        "has_second_factor",
        "last_sign_in_at",
        "created_at",
    ]
    export_headings = {
        "user.first_name": _("First name"),
        "user.last_name": _("Last name"),
        "user.email": _("E-mail"),
        "get_role_display": _("Role"),
        "has_second_factor": _("Two-factor"),
        "last_sign_in_at": _("Last sign-in"),
        "created_at": _("Since"),
    }
    export_filename = "team"
    form_fields = ["role"]
    kept = ("index", "index_results")

    def get_common_view_kwargs(self, **kwargs):
        gone = ("add", "edit", "delete", "copy", "history", "usage", "inspect")
        return {**super().get_common_view_kwargs(**kwargs), **{f"{name}_url_name": None for name in gone}}

    def get_urlpatterns(self):
        return [
            *(pattern for pattern in super().get_urlpatterns() if pattern.name in self.kept),
            path("roles/", views.RolesView.as_view(), name="roles"),
            path("leave/", views.LeaveView.as_view(), name="leave"),
            path("invite/", views.InviteView.as_view(), name="invite"),
            path("invitations/<int:pk>/resend/", views.ResendInvitationView.as_view(), name="resend"),
            path("invitations/<int:pk>/withdraw/", views.WithdrawInvitationView.as_view(), name="withdraw"),
            path("<int:pk>/role/", views.ChangeRoleView.as_view(), name="role"),
            path("<int:pk>/remove/", views.RemoveMemberView.as_view(), name="remove"),
        ]
