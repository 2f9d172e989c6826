"""Forms of projects."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateInput

from crm.forms.links import RecordsField
from crm.forms.tasks import MemberField, MembersField
from crm.models import Project
from crm.queries import record_key, seen_links
from tenancy.forms import TenantForm


class ProjectForm(TenantForm):
    """A project with its milestones."""

    owner = MemberField(label=_("Led by"), empty_label=_("Nobody yet"))
    members = MembersField(label=_("Team"))
    about = RecordsField()

    class Meta:
        model = Project
        fields = ["name", "description", "state", "owner", "members", "about", "starts_on", "ends_on"]
        widgets = {
            "description": AdminAutoHeightTextInput(attrs={"rows": 3}),
            "starts_on": AdminDateInput,
            "ends_on": AdminDateInput,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.instance
        offered = seen_links(project, user=self.for_user) if project.pk is not None else []
        self.initial["about"] = [record_key(record) for record in offered]
        chosen = self.data.getlist("about") if self.is_bound else ()
        self.fields["about"].prepare(user=self.for_user, offered=offered, chosen=chosen)
        if self.instance.owner_id is not None and self.instance.owner is None:
            self.fields["owner"].help_text = _("Whoever led this project has left the team. Choose somebody else.")
