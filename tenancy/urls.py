from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path
from django.views.decorators.cache import never_cache
from wagtail.utils.urlpatterns import decorate_urlpatterns

from tenancy import views

# Who comes here need not be signed in. These stand before Wagtail's own pages of the same addresses.
entrance = [
    path("admin/login/", account.login, name="account_login"),
    path("admin/login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("admin/login/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("admin/logout/", account.logout, name="account_logout"),
    path("admin/account/inactive/", account.account_inactive, name="account_inactive"),
    path("admin/account/email/confirm/<str:token>/", views.confirm_email_change, name="account_confirm_email_change"),
    path("admin/account/arrive/<str:token>/", views.arrive, name="account_arrive"),
    path("admin/password_reset/", account.password_reset, name="account_reset_password"),
    path("admin/password_reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "admin/password_reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^admin/password_reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

# Pages of the admin about one's own account, below `admin/`; Wagtail lets in who may use the admin.
own_account = [
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/confirm/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/set/", account.password_set, name="account_set_password"),
    path("account/email/", views.EmailChangeView.as_view(), name="account_change_email"),
    path("account/two-factor/", mfa.index, name="mfa_index"),
    path("account/two-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/two-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/two-factor/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/two-factor/recovery-codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("account/two-factor/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("account/two-factor/passkeys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("account/two-factor/passkeys/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/two-factor/passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("account/sessions/", views.SessionsView.as_view(), name="usersessions_list"),
    path("account/sessions/<int:pk>/end/", views.end_session, name="account_end_session"),
    path("account/organizations/", views.organizations, name="account_organizations"),
    path("account/organizations/<uuid:public_id>/", views.switch, name="account_switch"),
]

# Pages of the admin about the organization itself, below `admin/organization/`.
organization_settings = [
    path("", views.OrganizationView.as_view(), name="index"),
    path("details/", views.DetailsView.as_view(), name="details"),
    path("mail/", views.MailView.as_view(), name="mail"),
    path("mail/test/", views.TestMailView.as_view(), name="test_mail"),
    path("publishing/", views.PublishingSettingsView.as_view(), name="publishing"),
    path("sign-in/", views.SignInSettingsView.as_view(), name="sign_in"),
    path("languages/", views.LanguagesView.as_view(), name="languages"),
    path("languages/<slug:code>/remove/", views.RemoveLanguageView.as_view(), name="remove_language"),
]

urlpatterns = [
    path("livez", views.livez),
    path("readyz", views.readyz),
    path("media/<path:name>", views.media, name="media"),
    path("invitation/<str:token>/", views.InvitationView.as_view(), name="invitation"),
    path("invitation/<str:token>/decline/", views.DeclineInvitationView.as_view(), name="decline_invitation"),
    *decorate_urlpatterns(decorate_urlpatterns(entrance, views.in_own_language), never_cache),
]
