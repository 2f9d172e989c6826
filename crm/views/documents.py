from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView, InspectView
from wagtail.admin.widgets.button import Button, HeaderButton

from crm import operations, queries
from crm.forms import ShareForm, VersionForm
from crm.models import DocumentShare, DocumentVersion
from crm.views.tasks import linked
from tenancy.lists import IndexView
from tenancy.panels import record_panels
from tenancy.queries import absolute_url
from tenancy.rules import person_name
from tenancy.throttle import throttled

# What a browser shows in a tab of its own; anything else is a download.
SHOWN = ("application/pdf", "image/jpeg", "image/png")


def documents_shown(user):
    return queries.with_versions(queries.readable_documents(user))


def no_room():
    return _("There is no room left for this. Remove documents that nobody needs any more.")


def _document(request, pk, permission):
    if not request.user.has_perm(f"crm.{permission}_document"):
        raise PermissionDenied
    return get_object_or_404(queries.readable_documents(request.user), pk=pk)


def _version(request, pk, version_pk, permission="view"):
    return get_object_or_404(_document(request, pk, permission).versions.defer("words", "preview"), pk=version_pk)


def _file_answer(version, *, inline=False):
    try:
        file = version.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=version.content_type)
    response.headers["Content-Length"] = str(version.size)
    response.headers["Content-Disposition"] = content_disposition_header(
        not (inline and version.content_type in SHOWN), version.name
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Nothing of the file runs, and nothing else is fetched; a browser's own viewer of PDF may still show it.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
    return response


@require_safe
def document_file(request, pk, version_pk):
    return _file_answer(_version(request, pk, version_pk), inline="show" in request.GET)


@require_safe
def document_preview(request, pk, version_pk):
    version = _version(request, pk, version_pk)
    if version.preview is None:
        raise Http404
    response = HttpResponse(bytes(version.preview), content_type="image/webp")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@require_POST
def add_version(request, pk):
    document = _document(request, pk, "change")
    form = VersionForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("private_documents:inspect", pk)
    try:
        version = operations.add_version(document, form.cleaned_data["file"], actor=request.user)
        messages.success(request, _("Version %(number)s is kept.") % {"number": version.number})
    except operations.NoRoomLeft:
        messages.error(request, no_room())
    return redirect("private_documents:inspect", pk)


@require_POST
def share_version(request, pk, version_pk):
    version = _version(request, pk, version_pk, "change")
    form = ShareForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose from 1 to 90 days."))
        return redirect("private_documents:inspect", pk)
    _share, token = operations.share_version(
        version, days=form.cleaned_data["days"], now=timezone.now(), actor=request.user
    )
    # Shown once: only a hash of it is kept.
    request.session["shared_link"] = [pk, token]
    return redirect("private_documents:inspect", pk)


@require_POST
def revoke_share(request, pk, share_pk):
    document = _document(request, pk, "change")
    share = get_object_or_404(DocumentShare.objects.filter(version__document=document), pk=share_pk)
    operations.revoke_share(share, now=timezone.now(), actor=request.user)
    messages.success(request, _("The link opens nothing any more."))
    return redirect("private_documents:inspect", pk)


def _secret(response):
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _shared_page(request, share, token):
    context = {"share": share, "token": token, "organization": request.organization}
    return _secret(TemplateResponse(request, "crm/shared_file.html", context, status=200 if share else 404))


@never_cache
@require_safe
@throttled("shared-file")
def shared_file(request, token):
    share = queries.shared_version(token, now=timezone.now())
    return _shared_page(request, share, token)


@never_cache
@require_safe
@throttled("shared-file")
def shared_download(request, token):
    now = timezone.now()
    share = queries.shared_version(token, now=now)
    if share is None:
        return _shared_page(request, None, token)
    response = _secret(_file_answer(share.version))
    # Phones fetch a file in parts; the first part is the download.
    if request.method == "GET" and request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        operations.count_download(share, now=now)
    return response


class DocumentIndexView(IndexView):
    default_ordering = "-created_at"
    is_searchable = True

    def get_base_queryset(self):
        return documents_shown(self.request.user)

    def get_edit_url(self, instance):
        # The list leads to the document, and the document to the form.
        return None

    def search_queryset(self, queryset):
        return queries.search_documents(queryset, self.search_query) if self.is_searching else queryset

    @cached_property
    def about(self):
        return queries.record_of(self.request.GET.get("about", ""), user=self.request.user)

    def get_page_subtitle(self):
        return str(self.about) if self.about is not None else super().get_page_subtitle()

    def get_add_url(self):
        url = super().get_add_url()
        return f"{url}?about={queries.record_key(self.about)}" if url and self.about is not None else url

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        return [
            title("title", label=_("Document"), get_url=self.get_inspect_url, sort_key="title"),
            Column("tags", label=_("Tags"), accessor=lambda one: ", ".join(tag.name for tag in one.tags.all())),
            Column("size", label=_("Size"), classname="wide-only", accessor=newest_size),
            Column("expires_on", label=_("Valid until"), sort_key="expires_on"),
            Column("author", label=_("Uploaded by"), classname="wide-only", accessor=author_in_words),
            DateColumn("created_at", label=_("Uploaded"), classname="wide-only", sort_key="created_at"),
        ]


def newest_size(document):
    versions = list(document.versions.all())
    return filesizeformat(versions[0].size) if versions else ""


def author_in_words(row):
    return person_name(row.author) if row.author is not None else ""


class ReadableDocumentMixin:
    """Only documents that the person may see; others are not there."""

    def get_object(self, *args, **kwargs):
        document = super().get_object(*args, **kwargs)
        return get_object_or_404(documents_shown(self.request.user), pk=document.pk)


class DocumentCreateView(CreateView):
    page_title = gettext_lazy("Upload documents")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.about = queries.record_of(request.GET.get("about", ""), user=request.user)

    @cached_property
    def add_url(self):
        url = self.get_add_url()
        return f"{url}?about={queries.record_key(self.about)}" if self.about is not None else url

    def get_page_subtitle(self):
        return str(self.about) if self.about is not None else super().get_page_subtitle()

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "records": [self.about] if self.about is not None else []}

    def form_valid(self, form):
        try:
            self.uploaded = operations.upload_documents(
                form.cleaned_data["files"],
                title=form.cleaned_data["title"],
                about=form.cleaned_data["about"],
                tags=form.cleaned_data["tag_names"],
                actor=self.request.user,
                **{name: form.cleaned_data[name] for name in ("note", "expires_on", "is_private")},
            )
        except operations.NoRoomLeft:
            form.add_error("files", no_room())
            self.form = form
            return self.render_to_response(self.get_context_data())
        messages.success(self.request, _("Kept."))
        if len(self.uploaded) == 1:
            return redirect("private_documents:inspect", self.uploaded[0].pk)
        key = f"?about={queries.record_key(self.about)}" if self.about is not None else ""
        return redirect(f"{reverse('private_documents:index')}{key}")


class DocumentEditView(ReadableDocumentMixin, EditView):
    @transaction.atomic
    def save_instance(self):
        document = super().save_instance()
        operations.set_links(document.links, self.form.cleaned_data["about"], user=self.request.user)
        operations.set_document_tags(document, self.form.cleaned_data["tag_names"])
        return document

    def get_success_url(self):
        return reverse("private_documents:inspect", args=[self.object.pk])


class DocumentDeleteView(ReadableDocumentMixin, DeleteView):
    pass


class DocumentView(ReadableDocumentMixin, InspectView):
    template_name = "crm/document.html"
    page_title = gettext_lazy("Private document")

    def get_fields(self):
        return []

    @cached_property
    def header_buttons(self):
        edit = [HeaderButton(_("Edit"), url=self.get_edit_url(), icon_name="edit")] if self.get_edit_url() else []
        return [*super().header_buttons, *edit]

    @property
    def header_more_buttons(self):
        history = Button(
            _("History"), url=reverse("private_documents:history", args=[self.object.pk]), icon_name="history"
        )
        return [*super().header_more_buttons, history]

    def _new_link(self):
        pk, token = self.request.session.pop("shared_link", (None, ""))
        return (
            absolute_url(self.request.organization, reverse("crm:shared_file", args=[token]))
            if pk == self.object.pk
            else ""
        )

    def get_context_data(self, **kwargs):
        document, today = self.object, timezone.localdate(timezone=self.request.organization.zone)
        versions = list(document.versions.all())
        with_preview = DocumentVersion.objects.filter(~Q(preview=None), pk__in=[one.pk for one in versions[:1]])
        shares = DocumentShare.objects.filter(version__document=document).select_related("version", "author")
        return {
            **super().get_context_data(**kwargs),
            "document": document,
            "newest": versions[0] if versions else None,
            "has_preview": with_preview.exists(),
            "versions": [(one, one.content_type in SHOWN, author_in_words(one)) for one in versions],
            "is_expired": document.expires_on is not None and document.expires_on < today,
            "links": linked(document.links.all(), self.request.user),
            "record_panels": record_panels(self.request, document),
            "shares": shares.defer("version__words", "version__preview").order_by("-pk"),
            "now": timezone.now(),
            "new_link": self._new_link(),
            "may_change": self.request.user.has_perm("crm.change_document"),
            "share_form": ShareForm(),
            "used": filesizeformat(queries.room_used()),
            "quota": filesizeformat(settings.DOCUMENT_QUOTA_BYTES),
        }
