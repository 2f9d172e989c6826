from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import CreateView, InspectView

from tenancy import operations
from tenancy.lists import IndexView
from tenancy.models import Domain
from tenancy.rules import readable_host
from tenancy.throttle import allow
from tenancy.views.organization import SettingsVerbView, organization_crumb


def readable(domain):
    return readable_host(domain.host)


def state(domain):
    return _("Main address") if domain.is_canonical else domain.get_status_display()


class DomainIndexView(IndexView):
    default_ordering = "-is_canonical,host"
    page_title = gettext_lazy("Web addresses")

    def order_queryset(self, queryset):
        return queryset.order_by("-is_canonical", "host")

    def get_page_title(self):
        return self.page_title

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, organization_crumb(), {"url": "", "label": _("Web addresses")}]

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        return [
            title("host", label=_("Web address"), accessor=readable, get_url=self.get_inspect_url),
            Column("state", label=_("Status"), accessor=state),
        ]


class DomainCreateView(CreateView):
    page_title = gettext_lazy("Add a web address")
    header_icon = "globe"

    def get_page_subtitle(self):
        return self.page_title

    def get_breadcrumbs_items(self):
        addresses = {"url": reverse("domains:index"), "label": _("Web addresses")}
        return [*self.breadcrumbs_items, organization_crumb(), addresses, {"url": "", "label": self.page_title}]

    def save_instance(self):
        return operations.add_domain(
            self.request.organization,
            host=self.form.cleaned_data["host"],
            now=timezone.now(),
            actor=self.request.user,
        )

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except operations.DomainRefused as refused:
            form.add_error("host", str(refused))
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)

    def get_success_url(self):
        return reverse("domains:inspect", args=[self.object.pk])

    def get_success_message(self, instance):
        if instance.is_verified:
            return _("%(host)s is yours.") % {"host": readable(instance)}
        return _("%(host)s is noted. Now show that it is yours.") % {"host": readable(instance)}

    def get_success_buttons(self):
        return []


class DomainInspectView(InspectView):
    template_name = "tenancy/domain.html"

    def get_page_subtitle(self):
        return readable(self.object)

    def get_breadcrumbs_items(self):
        addresses = {"url": reverse("domains:index"), "label": _("Web addresses")}
        return [*self.breadcrumbs_items, organization_crumb(), addresses, {"url": "", "label": readable(self.object)}]


class CheckDomainView(View):
    """Looks for the DNS record of a host name at once."""

    http_method_names = ["post"]

    def post(self, request, pk):
        if not request.user.has_perm("tenancy.change_organization"):
            raise PermissionDenied
        domain = get_object_or_404(Domain, pk=pk)
        if not allow("check-domain", str(request.user.pk)):
            messages.warning(request, _("That was often. We keep looking by ourselves; please try again in a while."))
            return redirect("domains:inspect", pk)
        domain = operations.check_domain_now(domain, now=timezone.now(), actor=request.user)
        if domain is None:
            return redirect("domains:index")
        if domain.is_verified:
            messages.success(request, _("%(host)s is yours: guests are served there.") % {"host": readable(domain)})
        else:
            messages.warning(request, domain.get_problem_display())
        return redirect("domains:inspect", domain.pk)


class DomainVerbView(SettingsVerbView):
    refusals = (operations.DomainRefused,)
    header_icon = "globe"

    def find(self, pk):
        self.domain = get_object_or_404(Domain, pk=pk)

    def get_page_subtitle(self):
        return readable(self.domain)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            organization_crumb(),
            {"url": reverse("domains:index"), "label": _("Web addresses")},
            {"url": reverse("domains:inspect", args=[self.domain.pk]), "label": readable(self.domain)},
            {"url": "", "label": self.label},
        ]

    def get_back_url(self):
        return reverse("domains:inspect", args=[self.domain.pk])


class MakeMainDomainView(DomainVerbView):
    label = gettext_lazy("Make it the main address")

    def explain(self):
        return _(
            "Guests who come by another of your addresses are led to %(host)s, and e-mails link to it. Staff sign in there again; "
            "passkeys belong to an address and have to be set up anew. Keep the old address, so that old links go on working."
        ) % {"host": readable(self.domain)}

    def do(self, values):
        operations.make_main_domain(self.domain, actor=self.request.user)
        return _("%(host)s is the main address.") % {"host": readable(self.domain)}


class RemoveDomainView(DomainVerbView):
    label = gettext_lazy("Remove")
    is_serious = True

    def explain(self):
        return _("Guests are no longer served at %(host)s, and links to it lead nowhere.") % {
            "host": readable(self.domain)
        }

    def do(self, values):
        operations.remove_domain(self.domain, actor=self.request.user)
        return _("%(host)s is removed.") % {"host": readable(self.domain)}

    def get_success_url(self):
        return reverse("domains:index")
