from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.permissions import policy_registry

from crm import operations
from crm.enums import TaskState
from crm.forms import StepForm
from crm.models import Task
from crm.views.tasks import tasks_shown


def next_url(request, default):
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/admin/"):
        return wanted
    return default


def posted_key(request, name):
    """A key that was posted; what is none finds nothing."""
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _on_task(action):
    """A view that does something with a task, for those who may do `action` with it; it goes back to where it was called."""

    def decorate(view):
        @wraps(view)
        @require_POST
        def wrapped(request, pk):
            if not policy_registry.get_by_type(Task).user_has_permission(request.user, action):
                raise PermissionDenied
            task = get_object_or_404(tasks_shown(request.user, action), pk=pk)
            try:
                view(request, task)
            except operations.TaskRefused as refused:
                messages.error(request, str(refused))
            return redirect(next_url(request, reverse("tasks:inspect", args=[task.pk])))

        return wrapped

    return decorate


@_on_task("work")
def move_task(request, task):
    state = request.POST.get("state", "")
    if state not in TaskState:
        raise Http404
    moved = operations.move_task(task, TaskState(state), now=timezone.now(), actor=request.user)
    successor = Task.objects.filter(follows=moved).first() if state == TaskState.DONE else None
    text = _("“%(task)s”: %(state)s.") % {"task": moved.title, "state": moved.get_state_display()}
    if successor is not None:
        text = _("%(done)s The next one is due on %(day)s.") % {"done": text, "day": date_format(successor.due_on)}
    messages.success(request, text)


@_on_task("work")
def tick_item(request, task):
    item = get_object_or_404(task.checklist, pk=posted_key(request, "item"))
    operations.tick_item(item, is_done=request.POST.get("done") == "yes")


@_on_task("work")
def add_item(request, task):
    form = StepForm(request.POST)
    if form.is_valid():
        operations.add_item(task, form.cleaned_data["text"])
    else:
        messages.error(request, _("Write one step of at most 200 characters."))


@_on_task("view")
def watch_task(request, task):
    operations.watch_task(task, request.user, watching=request.POST.get("watch") == "yes")


@_on_task("change")
def end_series(request, task):
    operations.end_series(task, actor=request.user)
    messages.success(request, _("It repeats no more."))


@_on_task("change")
def add_dependency(request, task):
    needs = get_object_or_404(Task, pk=posted_key(request, "needs"))
    operations.add_dependency(task, needs=needs, actor=request.user)


@_on_task("change")
def remove_dependency(request, task):
    needs = get_object_or_404(Task, pk=posted_key(request, "needs"))
    operations.remove_dependency(task, needs=needs, actor=request.user)
