"""Forms of tasks."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput, AdminTimeInput

from crm.enums import ProjectState, TaskPriority, TaskState
from crm.forms.links import RecordsField
from crm.models import ChecklistItem, Customer, Milestone, Project, Task
from crm.queries import record_key, search_customers, seen_links
from crm.rules import REPEATS, rule_problem
from tenancy.forms import SuggestInput, TenantForm
from tenancy.models import User
from tenancy.queries import members
from tenancy.rules import person_name

OWN_RULE = "own"


class MemberField(forms.ModelChoiceField):
    """Somebody of the team, by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=members(), required=False, **kwargs)

    def label_from_instance(self, obj: User) -> str:
        """Return the person's name."""
        return person_name(obj)


class MembersField(forms.ModelMultipleChoiceField):
    """Some of the team, to be ticked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=members(), required=False, widget=forms.CheckboxSelectMultiple, **kwargs)

    def label_from_instance(self, obj: User) -> str:
        """Return the person's name."""
        return person_name(obj)


class MilestoneField(forms.ModelChoiceField):
    """A milestone, named with its project."""

    def label_from_instance(self, obj: Milestone) -> str:
        """Return the names of project and milestone."""
        return f"{obj.project}: {obj.name}"


class CustomerField(forms.CharField):
    """A customer as somebody would search for one, or by the number behind a name that was suggested or is set."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            customer = Customer.objects.filter(pk=value).first()
            return customer_label(customer) if customer is not None else ""
        return value

    def clean(self, value: Any) -> Customer | None:
        """Return the customer. Raises `ValidationError` for a text that means nobody, or several."""
        text = super().clean(value).strip()
        if not text:
            return None
        _name, _mark, number = text.rpartition("#")
        if _mark and number.isdecimal() and len(number) < 19:
            found = list(Customer.objects.filter(pk=int(number)))
        else:
            found = list(search_customers(text)[:2])
        if not found:
            raise forms.ValidationError(_("There is no customer “%(text)s”."), params={"text": text})
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several customers fit “%(text)s”. Write the e-mail address."), params={"text": text}
            )
        return found[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((self.prepare_value(initial) or "") != (data or "").strip())


def customer_label(customer: Customer) -> str:
    """Return how a customer stands in a form: the name, and the number that makes it one person."""
    return f"{customer} #{customer.pk}"


def suggested_customers() -> SuggestInput:
    """Return an input that offers the customers of whom something was heard last."""
    return SuggestInput(
        [customer_label(customer) for customer in Customer.objects.order_by("-last_activity_at", "-pk")[:30]]
    )


class TaskForm(TenantForm):
    """A task: what, who, by when. Its state is no part of it: it moves by buttons and on the board."""

    assignee = MemberField(label=_("Who does it"), empty_label=_("Nobody yet"))
    customer = CustomerField(
        label=_("Customer"),
        required=False,
        max_length=300,
        help_text=_("A name, an e-mail address or a phone number."),
    )
    repeat = forms.ChoiceField(
        label=_("Repeats"),
        required=False,
        choices=[("", _("Does not repeat")), *REPEATS.items(), (OWN_RULE, _("By a rule of your own"))],
        help_text=_("When it is done, the next one is made by itself."),
    )
    own_rule = forms.CharField(
        label=_("Rule of your own"),
        required=False,
        max_length=200,
        help_text=_("In the words of calendars: FREQ=MONTHLY;BYDAY=1MO is the first Monday of each month."),
    )
    milestone = MilestoneField(label=_("Milestone"), queryset=Milestone.objects.none(), required=False)
    steps = forms.CharField(
        label=_("Checklist"),
        required=False,
        widget=AdminAutoHeightTextInput(attrs={"rows": 3}),
        help_text=_("One step on each line."),
    )
    watchers = MembersField(label=_("Who else is told"))
    about = RecordsField()

    class Meta:
        model = Task
        fields = [
            "title",
            "assignee",
            "due_on",
            "due_time",
            "remind",
            "priority",
            "customer",
            "about",
            "notes",
            "steps",
            "repeat",
            "own_rule",
            "project",
            "milestone",
            "starts_on",
            "watchers",
        ]
        widgets = {
            "due_on": AdminDateInput,
            "due_time": AdminTimeInput,
            "starts_on": AdminDateInput,
            "notes": AdminAutoHeightTextInput(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, records: Sequence[Model] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        task = self.instance
        offered = seen_links(task, user=self.for_user) if task.pk is not None else [*records]  # type: ignore[attr-defined]
        self.initial["about"] = [record_key(record) for record in offered]
        chosen = self.data.getlist("about") if self.is_bound else ()
        self.fields["about"].prepare(user=self.for_user, offered=offered, chosen=chosen)  # type: ignore[attr-defined]
        unfinished = ~Q(state__in=[ProjectState.DONE, ProjectState.DROPPED])
        self.fields["project"].queryset = Project.objects.filter(unfinished | Q(pk=task.project_id)).order_by(
            "name", "pk"
        )
        self.fields["milestone"].queryset = Milestone.objects.filter(
            Q(project__in=Project.objects.filter(unfinished), reached_on__isnull=True) | Q(pk=task.milestone_id)
        ).select_related("project")
        self.fields["customer"].widget = suggested_customers()
        if task.pk is not None:
            self.initial["steps"] = "\n".join(item.text for item in task.checklist.all())
            known = task.repeat_rule in REPEATS or not task.repeat_rule
            self.initial["repeat"] = task.repeat_rule if known else OWN_RULE
            self.initial["own_rule"] = "" if known else task.repeat_rule
            if task.assignee_id is not None and task.assignee is None:
                self.fields["assignee"].help_text = _("Whoever had this task has left the team. Choose somebody else.")

    def clean_steps(self) -> list[str]:
        """Return the steps of the checklist, without empty lines. Raises `ValidationError` for one that is too long."""
        steps = [line.strip() for line in self.cleaned_data["steps"].splitlines() if line.strip()]
        longest = ChecklistItem._meta.get_field("text").max_length or 0
        if any(len(step) > longest for step in steps):
            raise forms.ValidationError(_("A step has at most %(count)d characters."), params={"count": longest})
        return steps

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean()
        rule = values.get("repeat") or ""
        if rule == OWN_RULE:
            rule = "".join((values.get("own_rule") or "").upper().removeprefix("RRULE:").split())
            problem = rule_problem(rule) if rule else _("Write the rule.")
            if problem is not None:
                self.add_error("own_rule", problem)
        if rule and values.get("due_on") is None and "due_on" not in self.errors:
            self.add_error("due_on", _("What repeats needs a day on which it is due."))
        if values.get("due_time") is not None and values.get("due_on") is None and "due_on" not in self.errors:
            self.add_error("due_on", _("A time needs a day."))
        milestone, project = values.get("milestone"), values.get("project")
        if milestone is not None and project is None:
            values["project"] = milestone.project
        elif milestone is not None and milestone.project_id != project.pk:
            self.add_error("milestone", _("This milestone belongs to another project."))
        values["repeat_rule"] = rule
        return values

    def _post_clean(self) -> None:
        self.instance.repeat_rule = self.cleaned_data.get("repeat_rule", "") if not self.errors else ""
        super()._post_clean()

    @property
    def changed_fields(self) -> set[str]:
        """The names of the task's fields that have new values."""
        changed = set(self.changed_data)
        return changed | ({"repeat_rule"} if changed & {"repeat", "own_rule"} else set())


class CommentForm(forms.Form):
    """Something that somebody says about a task."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=5000,
        widget=AdminAutoHeightTextInput(attrs={"rows": 2}),
        error_messages={"required": _("Write something first.")},
    )


class StepForm(forms.Form):
    """A new step of a checklist."""

    text = forms.CharField(label=_("New step"), max_length=200)


class ChangeTasksForm(forms.Form):
    """New values for several tasks; what is left empty stays as it is."""

    state = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("As it is")), *TaskState.choices])
    assignee = MemberField(label=_("Who does it"), empty_label=_("As it is"))
    nobody = forms.BooleanField(label=_("Nobody does them for now"), required=False)
    due_on = forms.DateField(label=_("Due"), required=False, widget=AdminDateInput)
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("As it is")), *TaskPriority.choices],
    )
    project = forms.ModelChoiceField(
        label=_("Project"), required=False, queryset=Project.objects.none(), empty_label=_("As it is")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("assignee") is not None and values.get("nobody"):
            self.add_error("nobody", _("Choose somebody or nobody."))
        names = ("state", "assignee", "due_on", "priority", "project")
        chosen = {name: values[name] for name in names if values.get(name)}
        if values.get("nobody"):
            chosen["assignee"] = None
        if not chosen and not self.errors:
            raise forms.ValidationError(_("Choose what is to be changed."))
        return {**values, "chosen": chosen}
