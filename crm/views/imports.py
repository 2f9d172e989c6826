import csv

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import CreateView, InspectView

from crm import operations, queries
from crm.enums import ImportState
from crm.forms import ImportColumnsForm, table_error
from crm.gateways.tables import TableError
from crm.models import Import
from crm.views.documents import author_in_words
from tenancy.lists import IndexView
from tenancy.rules import plain_cell

PROBLEMS_ON_A_PAGE = 50


def _import(request, pk):
    if not request.user.has_perm("crm.add_import"):
        raise PermissionDenied
    return get_object_or_404(Import, pk=pk)


class ImportIndexView(IndexView):
    default_ordering = "-created_at"
    export_headings = {"get_kind_display": gettext_lazy("What"), "get_state_display": gettext_lazy("Status")}
    page_title = gettext_lazy("Import")
    is_searchable = False

    def get_base_queryset(self):
        return Import.objects.select_related("author")

    def get_edit_url(self, instance):
        return None

    def get_inspect_url(self, instance):
        name = "columns" if instance.state == ImportState.MAPPING else "inspect"
        return reverse(f"imports:{name}", args=[instance.pk])

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        return [
            title("name", label=_("File"), get_url=self.get_inspect_url),
            Column("kind", label=_("What"), accessor="get_kind_display"),
            Column("state", label=_("Status"), accessor="get_state_display"),
            Column("made", label=_("New"), classname="wide-only"),
            Column("changed", label=_("Changed"), classname="wide-only"),
            Column("left_out", label=_("Left out"), classname="wide-only"),
            Column("author", label=_("By"), classname="wide-only", accessor=author_in_words),
            DateColumn("created_at", label=_("Uploaded"), classname="wide-only"),
        ]


class ImportCreateView(CreateView):
    page_title = gettext_lazy("Import a file")
    submit_button_label = gettext_lazy("Upload")

    def form_valid(self, form):
        try:
            parent = operations.upload_import(
                form.cleaned_data["file"], kind=form.cleaned_data["kind"], actor=self.request.user
            )
        except TableError as error:
            form.add_error("file", table_error(error))
            self.form = form
            return self.render_to_response(self.get_context_data())
        return redirect("imports:columns", parent.pk)


def _crumbs(title):
    return [{"url": reverse("imports:index"), "label": _("Import")}, {"url": "", "label": title}]


@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request, pk):
    """What the columns of a file are."""
    parent = _import(request, pk)
    if not parent.is_open:
        return redirect("imports:inspect", pk)
    form = ImportColumnsForm(request.POST or None, parent=parent)
    if request.method == "POST":
        try:
            if "reread" in request.POST:
                encoding = request.POST.get("encoding", "")
                operations.reread_import(parent, encoding=encoding, separator=request.POST.get("separator", ",")[:1])
                return redirect("imports:columns", pk)
            if form.is_valid():
                names = ("mode", "origin", "tag", "consent_source", "is_month_first")
                values = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
                operations.check_import(
                    parent, **{"mode": parent.mode, **values}, mapping=form.mapping(), now=timezone.now()
                )
                return redirect("imports:inspect", pk)
            # The field may stand far below the many columns.
            for name in form.errors.keys() - {NON_FIELD_ERRORS}:
                messages.error(request, f"{form[name].label}: {form.errors[name][0]}")
        except TableError as error:
            messages.error(request, table_error(error))
            return redirect("imports:columns", pk)
        except operations.ImportRefused as refused:
            messages.error(request, str(refused))
            return redirect("imports:inspect", pk)
    try:
        samples = queries.sample_of(parent)
    except TableError as error:
        messages.error(request, table_error(error))
        samples = [[] for _column in parent.columns]
    title = _("What the columns are")
    return render(
        request,
        "crm/import_columns.html",
        {
            "page_title": title,
            "header_title": title,
            "breadcrumbs_items": _crumbs(parent.name),
            "form": form,
            "parent": parent,
            "columns": list(zip(form.columns(), samples, strict=False)),
            "others": [
                form[name] for name in ("tag", "origin", "consent_source", "is_month_first") if name in form.fields
            ],
        },
    )


class ImportView(InspectView):
    template_name = "crm/import.html"
    page_title = gettext_lazy("Import")

    def get(self, request, *args, **kwargs):
        if self.object.state == ImportState.MAPPING:
            return redirect("imports:columns", self.object.pk)
        return super().get(request, *args, **kwargs)

    def get_fields(self):
        return []

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, *_crumbs(self.object.name)]

    def get_context_data(self, **kwargs):
        parent, now = self.object, timezone.now()
        problems = Paginator(queries.problems_of(parent), PROBLEMS_ON_A_PAGE)
        until = parent.undoable_until
        undoing = parent.state == ImportState.UNDOING
        return {
            **super().get_context_data(**kwargs),
            "parent": parent,
            "author": author_in_words(parent),
            "problems": problems.get_page(self.request.GET.get("p")),
            "may_import": self.request.user.has_perm("crm.add_import"),
            "undo_until": until if until is not None and now <= until else None,
            "progress": queries.undone_share(parent)
            if undoing
            else (parent.position, max(parent.rows, parent.position)),
        }


@require_POST
def start_import(request, pk):
    parent = _import(request, pk)
    try:
        operations.start_import(parent, now=timezone.now(), actor=request.user)
    except operations.ImportRefused as refused:
        messages.error(request, str(refused))
    return redirect("imports:inspect", pk)


@require_POST
def stop_import(request, pk):
    parent = _import(request, pk)
    try:
        stopped = operations.stop_import(parent, now=timezone.now(), actor=request.user)
    except operations.ImportRefused as refused:
        messages.error(request, str(refused))
        return redirect("imports:inspect", pk)
    if stopped is None:
        messages.success(request, _("“%(file)s” is gone; nothing of it was taken over.") % {"file": parent.name})
        return redirect("imports:index")
    messages.success(request, _("Stopped. What was taken over so far stays, unless you undo it."))
    return redirect("imports:inspect", pk)


@require_POST
def undo_import(request, pk):
    parent = _import(request, pk)
    try:
        operations.undo_import(parent, now=timezone.now(), actor=request.user)
    except operations.ImportRefused as refused:
        messages.error(request, str(refused))
    return redirect("imports:inspect", pk)


@require_safe
def import_problems(request, pk):
    """The rows that were left out and why, to be put right and imported again."""
    parent = _import(request, pk)
    columns, rows = queries.problem_rows(parent)
    # With a mark at the start, by which Excel knows the letters.
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{parent.name.rpartition('.')[0] or parent.name}-{_('left out')}.csv"
    )
    writer = csv.writer(response)
    writer.writerow([_("Row"), _("Why it was left out"), *map(plain_cell, columns)])
    writer.writerows([plain_cell(cell) for cell in row] for row in rows)
    return response
