from django.core.exceptions import PermissionDenied
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.admin.views.generic import EditView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from commerce import queries
from commerce.forms import PaymentSettingsForm
from commerce.gateways import stripe
from commerce.gateways.stripe import GatewayError, GatewayMisconfigured
from commerce.gateways.stripe_events import EVENT_TYPES
from commerce.models import PaymentSettings
from tenancy.queries import absolute_url


class StripePanel(HelpPanel):
    """Where Stripe sends its webhooks to, and whether the keys are for tests."""

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context=None):
            keys = stripe.keys_of(self.instance)
            webhook = reverse("stripe_webhook", args=[self.instance.public_id])
            return {
                **super().get_context_data(parent_context),
                "webhook_url": absolute_url(self.request.organization, webhook),
                "event_types": EVENT_TYPES,
                "has_keys": bool(keys.secret),
                "has_own_keys": bool(self.instance.stripe_secret_key),
                "is_live": keys.livemode,
                "has_webhook_secret": bool(keys.webhook_secret),
            }


class PaymentSettingsEditView(EditView):
    page_title = gettext_lazy("Payment settings")
    success_message = gettext_lazy("The payment settings are saved.")

    def get_object(self, queryset=None):
        return queries.payment_settings()

    def get_page_subtitle(self):
        return ""

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": _("Payment settings")}]

    def get_edit_url(self):
        return reverse("payment_settings:index")

    def get_success_url(self):
        return reverse("payment_settings:index")

    def get_success_buttons(self):
        return []

    @cached_property
    def header_buttons(self):
        return [HeaderButton(_("Check the connection"), url=reverse("payment_settings:check"), icon_name="link")]


class CheckConnectionView(WagtailAdminTemplateMixin, TemplateView):
    """Asks Stripe about the account that the keys belong to, when told to."""

    template_name = "commerce/admin/stripe_check.html"
    page_title = gettext_lazy("Check the connection")
    header_icon = "link"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("commerce.change_paymentsettings"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("payment_settings:index"), "label": _("Payment settings")},
            {"url": "", "label": _("Check the connection")},
        ]

    def get_context_data(self, **kwargs):
        keys = stripe.keys_of(queries.payment_settings())
        return {**super().get_context_data(**kwargs), "has_keys": bool(keys.secret), "is_live": keys.livemode}

    def post(self, request, *args, **kwargs):
        row = queries.payment_settings()
        currency = row.organization.currency
        context = self.get_context_data(last_event_at=queries.last_event_at(), currency=currency)
        try:
            account = stripe.retrieve_account(stripe.keys_of(row))
        except GatewayMisconfigured:
            context["problem"] = _("Stripe does not accept the secret key. Copy it again from Stripe's dashboard.")
        except GatewayError:
            context["problem"] = _("Stripe cannot be reached just now. Please try again in a minute.")
        else:
            context["account"] = account
            context["takes_currency"] = account.currencies is None or currency in account.currencies
        return self.render_to_response(context)


class PaymentSettingsViewSet(ModelViewSet):
    """One page for the one row an organization has."""

    model = PaymentSettings
    url_prefix = "payment-settings"
    url_namespace = "payment_settings"
    menu_label = gettext_lazy("Payment")
    icon = "lock"
    menu_order = 50
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    edit_view_class = PaymentSettingsEditView
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("card_enabled", heading=gettext_lazy("Guests can pay by card")),
                    StripePanel(template="commerce/admin/stripe_panel.html"),
                    FieldRowPanel([FieldPanel("stripe_publishable_key"), FieldPanel("stripe_secret_key")]),
                    FieldPanel("stripe_webhook_secret"),
                    FieldPanel("forget_keys"),
                ],
                heading=gettext_lazy("Card"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("bank_transfer_enabled", heading=gettext_lazy("Guests can pay by bank transfer")),
                    FieldPanel("bank_details"),
                    FieldPanel("bank_transfer_days"),
                ],
                heading=gettext_lazy("Bank transfer"),
            ),
            MultiFieldPanel(
                [FieldPanel("on_arrival_enabled", heading=gettext_lazy("Guests can pay on arrival"))],
                heading=gettext_lazy("On arrival"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("invoice_for"),
                    FieldPanel("invoice_days"),
                    FieldRowPanel([FieldPanel("invoice_min_minor"), FieldPanel("invoice_max_minor")]),
                ],
                heading=gettext_lazy("Invoice"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("remind_days_before"), FieldPanel("remind_days_after")]),
                    FieldPanel("cancel_days_after"),
                ],
                heading=gettext_lazy("Payments with a due date"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("hold_minutes"), FieldPanel("max_places")]),
                    FieldPanel("refund_limit_minor"),
                    FieldPanel("second_person_minor"),
                ],
                heading=gettext_lazy("Limits"),
            ),
            MultiFieldPanel(
                [FieldPanel("guest_change_hours"), FieldPanel("guest_change_refunds")],
                heading=gettext_lazy("Changes by guests"),
            ),
        ],
        base_form_class=PaymentSettingsForm,
    )

    def get_urlpatterns(self):
        return [
            path("", self.edit_view, name="index"),
            path("check/", CheckConnectionView.as_view(), name="check"),
        ]

    def get_common_view_kwargs(self, **kwargs):
        without = dict.fromkeys(
            (
                "index_url_name",
                "index_results_url_name",
                "add_url_name",
                "delete_url_name",
                "history_url_name",
                "usage_url_name",
            )
        )
        return {
            **super().get_common_view_kwargs(**kwargs),
            **without,
            "edit_url_name": self.get_url_name("index"),
        }

    def register_admin_url_finder(self):
        # There is one; the menu leads to it.
        pass
