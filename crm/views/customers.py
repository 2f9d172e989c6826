from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.views.generic.models import InspectView
from wagtail.admin.widgets.button import Button

from crm import operations, queries
from crm.enums import ConsentPurpose
from crm.forms import WithdrawForm
from crm.models import Customer
from crm.views.timeline import timeline_context


def offered_records(customer):
    return [record for offer in hooks.get_hooks("customer_records") for record in offer(customer)]


class CustomerProfileView(InspectView):
    page_title = gettext_lazy("Customer")
    template_name = "crm/profile.html"

    def get_object(self, queryset=None):
        return get_object_or_404(queries.customers_with_tags(Customer.every.all()), pk=self.pk)

    def get(self, request, *args, **kwargs):
        # The address of one who was merged leads to the one who is kept.
        if self.object.merged_into_id is not None:
            return redirect("customers:inspect", self.object.merged_into_id)
        return super().get(request, *args, **kwargs)

    def get_fields(self):
        return []

    @property
    def header_more_buttons(self):
        history = Button(_("History"), url=reverse("customers:history", args=[self.object.pk]), icon_name="history")
        merging = Button(
            _("Merge with another"), url=reverse("customers:merge_with", args=[self.object.pk]), icon_name="copy"
        )
        about = queries.record_key(self.object)
        documents = Button(
            _("Its documents"), url=f"{reverse('private_documents:index')}?about={about}", icon_name="doc-full"
        )
        may_merge = self.request.user.has_perm("crm.merge_customer")
        may_read = self.request.user.has_perm("crm.change_customer")
        return [
            *super().header_more_buttons,
            *([documents] if self.request.user.has_perm("crm.view_document") else []),
            *([merging] if may_merge else []),
            *([history] if may_read else []),
        ]

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.index_url_name), "label": _("Customers")},
            {"url": "", "label": str(self.object)},
        ]

    def get_context_data(self, **kwargs):
        panels = [panel for offer in hooks.get_hooks("customer_panels") for panel in offer(self.request, self.object)]
        # What is to be done comes before what there is.
        panels.sort(key=lambda panel: getattr(panel, "order", 0))
        return {
            **super().get_context_data(**kwargs),
            **timeline_context(self.request, self.object),
            "customer": self.object,
            "figures": [figure for panel in panels for figure in getattr(panel, "figures", ())],
            "panels": panels,
            "tags": self.object.tag_names,
            "consents": queries.latest_consents(self.object),
            "withdraw_form": WithdrawForm(),
            "edit_url": self.get_edit_url(),
        }


@require_POST
def withdraw_consent(request, pk):
    if not request.user.has_perm("crm.change_customer"):
        raise PermissionDenied
    customer = get_object_or_404(Customer, pk=pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    elif operations.withdraw_consent(
        customer,
        purpose=ConsentPurpose(form.cleaned_data["purpose"]),
        how=form.cleaned_data["how"],
        now=timezone.now(),
        actor=request.user,
    ):
        messages.success(request, _("Written down. %(customer)s allows it no more.") % {"customer": customer})
    else:
        messages.info(request, _("%(customer)s did not allow it any more already.") % {"customer": customer})
    return redirect("customers:inspect", customer.pk)
