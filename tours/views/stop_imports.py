import secrets
from pathlib import PurePath

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from tours import operations
from tours.forms import StopMappingForm, StopUploadForm
from tours.models import Tour
from tours.rules import FileRefused, guess_mapping, points_of, read_stop_file

# How long an uploaded file waits for its import, in seconds.
FILE_LIFETIME = 3600


class _StopImportView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    model = Tour
    permission_required = "change"
    page_title = gettext_lazy("Import stops")
    header_icon = "upload"

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("places.add_place"):
            raise PermissionDenied
        self.tour = get_object_or_404(Tour, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self):
        return str(self.tour)

    def get_breadcrumbs_items(self):
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("tours:index"), "label": capfirst(Tour._meta.verbose_name_plural)},
            {"url": reverse("tours:edit", args=[self.tour.pk]), "label": str(self.tour)},
            {"url": "", "label": self.page_title},
        ]

    def cache_key(self, token):
        return f"stop-file:{self.request.user.pk}:{self.tour.pk}:{token}"


class StopUploadView(_StopImportView):
    form_class = StopUploadForm
    template_name = "tours/import_upload.html"

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "action_url": reverse("tours:import_stops", args=[self.tour.pk]),
            "submit_button_label": _("Upload"),
            "submit_button_active_label": _("Uploading…"),
        }

    def form_valid(self, form):
        token = secrets.token_urlsafe(16)
        upload = form.cleaned_data["file"]
        cache.set(self.cache_key(token), (PurePath(upload.name).stem, form.raw), FILE_LIFETIME)
        return redirect("tours:map_stops", self.tour.pk, token)


class StopMappingView(_StopImportView):
    form_class = StopMappingForm
    template_name = "tours/import_mapping.html"

    report = None

    def _load(self):
        kept = cache.get(self.cache_key(self.kwargs["token"]))
        if kept is None:
            messages.warning(self.request, _("The file is not kept any more. Please upload it again."))
            return redirect("tours:import_stops", self.tour.pk)
        self.source, raw = kept
        self.stop_file = read_stop_file(raw)
        return None

    def get(self, request, *args, **kwargs):
        return self._load() or super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        return self._load() or super().post(request, *args, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "file": self.stop_file}

    def get_initial(self):
        guess = guess_mapping(self.stop_file, source=self.source)
        fields = ("source", "name_field", "order_field", "id_field", "text_field", "tags_field")
        return {name: getattr(guess, name) for name in fields}

    def form_valid(self, form):
        wanted = "import" in self.request.POST
        points = None
        try:
            points = points_of(self.stop_file, form.mapping)
            done = operations.import_stops(
                self.tour,
                points=points,
                replace=form.cleaned_data["replace"],
                dry_run=not wanted,
                actor=self.request.user,
            )
        except FileRefused as refused:
            form.add_error(None, str(refused))
            # Why nothing is left of the file stands beside each of its features.
            self.report = {"points": points, "done": None} if points and points.skipped else None
            return self.form_invalid(form)
        if not wanted:
            self.report = {"points": points, "done": done}
            return self.render_to_response(self.get_context_data(form=form))
        cache.delete(self.cache_key(self.kwargs["token"]))
        text = _(
            "%(added)d stops added, %(removed)d removed; %(changed)d places changed; %(skipped)d features left out."
        )
        counts = {
            "added": len(done.stops_added),
            "removed": len(done.stops_removed),
            "changed": len(done.places_changed),
            "skipped": len(points.skipped) + points.filtered_out,
        }
        messages.success(self.request, text % counts)
        return redirect("tours:edit", self.tour.pk)

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "action_url": self.request.path,
            "file": self.stop_file,
            "report": self.report,
        }
