from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.views.generic import EditView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from tenancy import emails, operations, queries
from tenancy.forms import LanguageForm, OrganizationForm
from tenancy.models import Domain, Organization
from tenancy.panels import SettingsCard
from tenancy.rules import readable_host
from tenancy.throttle import allow


def organization_crumb():
    return {"url": reverse("organization:index"), "label": _("Organization")}


class ForSettings:
    """Lets in who may change the organization."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("tenancy.change_organization"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class OrganizationView(ForSettings, WagtailAdminTemplateMixin, TemplateView):
    """Everything that can be set, in one place; each part has a page of its own."""

    template_name = "tenancy/organization.html"
    page_title = gettext_lazy("Organization")
    header_icon = "home"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        cards = [card for give in hooks.get_hooks("organization_cards") for card in give(self.request)]
        return {**super().get_context_data(**kwargs), "cards": sorted(cards, key=lambda card: card.order)}


def organization_cards(request):
    organization = queries.current_organization()
    addresses = list(Domain.objects.order_by("-is_canonical", "host"))
    waiting = [domain for domain in addresses if not domain.is_verified]
    names = queries.installed_languages()
    return [
        SettingsCard(
            _("Business"),
            url=reverse("organization:details"),
            icon="home",
            order=10,
            lines=[organization.business_name or organization.name, organization.time_zone, organization.currency],
            warning="" if organization.business_address else _("The address of the business is missing."),
        ),
        SettingsCard(
            _("Web addresses"),
            url=reverse("domains:index"),
            icon="globe",
            order=20,
            lines=[readable_host(addresses[0].host)],
            warning=ngettext(
                "%(count)d address waits for its DNS record.",
                "%(count)d addresses wait for their DNS record.",
                len(waiting),
            )
            % {"count": len(waiting)}
            if waiting
            else "",
        ),
        SettingsCard(
            _("Languages"),
            url=reverse("organization:languages"),
            icon="site",
            order=30,
            lines=[", ".join(names.get(code, code) for code in organization.languages)],
        ),
        SettingsCard(
            _("E-mail"), url=reverse("organization:mail"), icon="mail", order=40, lines=[organization.mail_sender]
        ),
        *(
            [
                SettingsCard(
                    _("Team"),
                    url=reverse("team:index"),
                    icon="group",
                    order=100,
                    lines=[_("Who works here, in which role.")],
                )
            ]
            if request.user.has_perm("tenancy.view_membership")
            else []
        ),
        SettingsCard(
            _("Publishing"),
            url=reverse("organization:publishing"),
            icon="clipboard-list",
            order=80,
            lines=[
                _("Somebody else looks before a page is published.")
                if organization.reviews_pages
                else _("Editors publish pages themselves.")
            ],
        ),
        SettingsCard(
            _("Sign-in"),
            url=reverse("organization:sign_in"),
            icon="lock",
            order=90,
            lines=[
                _("Two-factor sign-in is required.")
                if organization.requires_two_factor
                else _("Two-factor sign-in is up to each person.")
            ],
        ),
    ]


class OrganizationEditView(ForSettings, EditView):
    """A part of what an organization says of itself."""

    model = Organization
    url_name = ""
    index_url_name = "organization:index"
    permission_required = None
    panels = []
    success_message = gettext_lazy("Saved.")
    error_message = gettext_lazy("This could not be saved; see below why.")

    @cached_property
    def panel(self):
        return ObjectList(self.panels, base_form_class=OrganizationForm).bind_to_model(Organization)

    def get_object(self, queryset=None):
        return queries.current_organization()

    def get_page_subtitle(self):
        return self.page_title

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, organization_crumb(), {"url": "", "label": self.page_title}]

    def get_edit_url(self):
        return reverse(self.url_name)

    def get_success_url(self):
        return reverse(self.url_name)

    def get_success_buttons(self):
        return []

    @cached_property
    def can_delete(self):
        return False

    def save_instance(self):
        return operations.change_organization(self.object, changes=self.form.cleaned_data, actor=self.request.user)

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except operations.SettingRefused as refused:
            form.add_error(refused.field, refused.message)
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)


class DetailsView(OrganizationEditView):
    page_title = gettext_lazy("Business")
    header_icon = "home"
    url_name = "organization:details"
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name", help_text=gettext_lazy("What guests call you: on the site, in e-mails.")),
                FieldPanel("business_name", help_text=gettext_lazy("The full name of the business, for receipts.")),
                FieldPanel("business_address"),
                FieldRowPanel([FieldPanel("business_email"), FieldPanel("business_phone")]),
            ],
            heading=gettext_lazy("Business"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "time_zone",
                    help_text=gettext_lazy(
                        "Type a city. New departures are in this time zone; existing ones keep their local time and their zone."
                    ),
                ),
            ],
            heading=gettext_lazy("Time"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("currency"),
                FieldPanel(
                    "order_prefix",
                    help_text=gettext_lazy("Begins the numbers of new orders. Existing orders keep their numbers."),
                ),
            ],
            heading=gettext_lazy("Orders"),
        ),
    ]


class MailView(OrganizationEditView):
    page_title = gettext_lazy("E-mail")
    header_icon = "mail"
    url_name = "organization:mail"
    panels = [MultiFieldPanel([FieldPanel("sender_name"), FieldPanel("reply_to")], heading=gettext_lazy("Sender"))]

    @cached_property
    def header_buttons(self):
        return [HeaderButton(_("Send a test"), url=reverse("organization:test_mail"), icon_name="mail")]


class SignInSettingsView(OrganizationEditView):
    page_title = gettext_lazy("Sign-in")
    header_icon = "lock"
    url_name = "organization:sign_in"
    panels = [MultiFieldPanel([FieldPanel("requires_two_factor")], heading=gettext_lazy("Two-factor sign-in"))]


class PublishingSettingsView(OrganizationEditView):
    page_title = gettext_lazy("Publishing")
    header_icon = "clipboard-list"
    url_name = "organization:publishing"
    panels = [MultiFieldPanel([FieldPanel("reviews_pages")], heading=gettext_lazy("Review"))]


class SettingsVerbView(ForSettings, WagtailAdminTemplateMixin, FormView):
    """A page that says what will happen to a part of the settings, and the one operation that does it."""

    form_class = Form
    template_name = "tenancy/verb.html"
    label = ""
    is_serious = False
    refusals = ()

    def dispatch(self, request, *args, **kwargs):
        if request.user.has_perm("tenancy.change_organization"):
            self.find(**kwargs)
        return super().dispatch(request, *args, **kwargs)

    def find(self, **kwargs):
        """Look up what the page is about; raises `Http404`."""

    def get_page_title(self):
        return self.label

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "what": self.explain(),
            "label": self.label,
            "is_serious": self.is_serious,
            "back_url": self.get_back_url(),
        }

    def get_success_url(self):
        return self.get_back_url()

    def form_valid(self, form):
        try:
            done = self.do(form.cleaned_data)
        except self.refusals as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        messages.success(self.request, done)
        return redirect(self.get_success_url())


class TestMailView(SettingsVerbView):
    label = gettext_lazy("Send a test")
    header_icon = "mail"
    refusals = (emails.EmailNotSent,)

    def get_breadcrumbs_items(self):
        mail = {"url": reverse("organization:mail"), "label": _("E-mail")}
        return [*self.breadcrumbs_items, organization_crumb(), mail, {"url": "", "label": self.label}]

    def get_back_url(self):
        return reverse("organization:mail")

    def explain(self):
        return _("We send you an e-mail at %(address)s, from the sender that your guests see.") % {
            "address": self.request.user.email
        }

    def do(self, values):
        if not allow("test-mail", str(self.request.user.pk)):
            raise emails.EmailNotSent(_("That was often. Please try again in a while."))
        emails.send(emails.sample(self.request.user))
        return _("Sent to %(address)s.") % {"address": self.request.user.email}


class LanguagesView(ForSettings, WagtailAdminTemplateMixin, FormView):
    """The languages of the site, and a form for one more."""

    template_name = "tenancy/languages.html"
    page_title = gettext_lazy("Languages")
    header_icon = "site"
    form_class = LanguageForm

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, organization_crumb(), {"url": "", "label": self.page_title}]

    @cached_property
    def spoken(self):
        return queries.spoken_languages(Organization.objects.select_related("site__root_page").get())

    @cached_property
    def offered(self):
        spoken = {language.code for language in self.spoken}
        return {code: name for code, name in queries.installed_languages().items() if code not in spoken}

    def get_form(self, form_class=None):
        if not self.offered and self.request.method == "GET":
            return None
        return LanguageForm(self.request.POST or None, offered=self.offered)

    def get_context_data(self, **kwargs):
        rows = [
            {
                "code": language.code,
                "name": language.name,
                "is_own": language.is_own,
                "is_live": language.is_live,
                "pages": language.pages,
                "home_url": reverse("wagtailadmin_pages:edit", args=[language.home.pk])
                if language.home and language.home.permissions_for_user(self.request.user).can_edit()
                else "",
            }
            for language in self.spoken
        ]
        return {**super().get_context_data(**kwargs), "languages": rows}

    def form_valid(self, form):
        code = form.cleaned_data["language"]
        try:
            operations.add_language(self.request.organization, language=code, actor=self.request.user)
        except operations.SettingRefused as refused:
            form.add_error(None, refused.message)
            return self.form_invalid(form)
        messages.success(
            self.request, _("%(language)s is added. Translate and publish the home.") % {"language": self.offered[code]}
        )
        return redirect("organization:languages")


class RemoveLanguageView(SettingsVerbView):
    label = gettext_lazy("Remove the language")
    header_icon = "site"
    is_serious = True
    refusals = (operations.SettingRefused,)

    def find(self, code):
        self.code = code
        if code not in queries.current_organization().languages:
            raise Http404
        self.language = queries.installed_languages().get(code, code)

    def get_page_subtitle(self):
        return self.language

    def get_breadcrumbs_items(self):
        languages = {"url": reverse("organization:languages"), "label": _("Languages")}
        return [*self.breadcrumbs_items, organization_crumb(), languages, {"url": "", "label": self.language}]

    def get_back_url(self):
        return reverse("organization:languages")

    def explain(self):
        return _(
            "The site is no longer offered in %(language)s. Pages that are published in it have to be unpublished first; drafts are kept."
        ) % {"language": self.language}

    def do(self, values):
        operations.remove_language(self.request.organization, language=self.code, actor=self.request.user)
        return _("%(language)s is removed.") % {"language": self.language}
