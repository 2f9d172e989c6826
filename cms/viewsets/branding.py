"""A sample of how a site would look."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cms.forms import LookForm


@require_safe
def branding_sample(request):
    """The sample, made of what stands in the form of the branding now; beside a colour that is none, what is wrong with it."""
    if not request.user.has_perm("cms.change_branding"):
        raise PermissionDenied
    form = LookForm(request.GET)
    # What is wrong says so; the rest is as a new site has it.
    look = form.instance if form.is_valid() else type(form.instance)()
    response = render(request, "cms/admin/_branding_sample.html", {"look": look, "form": form})
    response.headers["Cache-Control"] = "private, no-cache"
    return response
