"""What each role finds on the pages of the admin, and what is refused with which words."""

import pytest
from django.urls import reverse
from wagtail.models import Page

from tenancy.enums import Role
from tenancy.queries import root_collection
from tenancy.rules import grants, roles_with
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes
from tests.tenancy.test_menus import modules, sidebar_of

PANELS_ON_PAGES = [
    "user_objects_in_workflow_moderation",
    "workflow_objects_to_moderate",
    "recent_edits",
    "locked_pages",
]


@pytest.mark.parametrize(
    ("role", "panels", "counts", "search"),
    [
        (Role.OWNER, ["today", *PANELS_ON_PAGES], 3, ["/admin/pages/search/"]),
        (Role.ADMIN, ["today", *PANELS_ON_PAGES], 3, ["/admin/pages/search/"]),
        (Role.MANAGER, ["today"], 0, []),
        (Role.EDITOR, ["today", *PANELS_ON_PAGES], 3, ["/admin/pages/search/"]),
        (Role.GUIDE, ["today"], 0, []),
    ],
)
def test_home_and_search_by_role(harbour, member_client, role, panels, counts, search):
    client = member_client(harbour, role)
    home = client.get("/admin/")
    assert [panel.name for panel in home.context["panels"]] == panels
    assert len(home.context["site_summary"].summary_items) == counts
    assert [url for (url, *_rest) in modules(sidebar_of(client), "SearchModule")] == search
    assert ("css/home-without-pages.css" in home.content.decode()) == (not search)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.GUIDE])
def test_pages_pictures_and_documents_are_closed_one_by_one_too(harbour, member_client, role):
    with organization_scope(harbour.pk):
        page, picture = Page.objects.get(pk=harbour.site.root_page_id), PictureFactory()
        collection = root_collection(harbour)
    client = member_client(harbour, role)
    urls = [
        reverse("wagtailadmin_explore", args=[page.pk]),
        *(
            reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
            for name in ("edit", "history", "usage", "view_draft", "copy", "set_privacy", "revisions_index")
        ),
        reverse("wagtailadmin_api:pages:detail", args=[page.pk]),
        reverse("wagtailadmin_api:images:detail", args=[picture.pk]),
        reverse("wagtailadmin_choose_page_child", args=[page.pk]),
        f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'delete'])}?id={page.pk}",
        reverse("wagtail_localize:submit_page_translation", args=[page.pk]),
        reverse("wagtailimages:edit", args=[picture.pk]),
        reverse("wagtailimages:image_usage", args=[picture.pk]),
        reverse("wagtailimages_chooser:chosen", args=[picture.pk]),
        reverse("wagtailadmin_collections:edit", args=[collection.pk]),
        reverse("wagtailsettings:edit", args=["cms", "branding"]),
    ]
    answers = [client.get(url) for url in urls]
    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [(302, "/admin/")] * 18
    # A script is told so, where a person is led back.
    asked = client.get(urls[1], headers={"x-requested-with": "XMLHttpRequest"})
    assert asked.status_code == 403


def test_refusal_says_why(harbour, member_client):
    page = member_client(harbour, Role.GUIDE).get(reverse("wagtailimages:index"), follow=True)
    assert "you do not have permission to access this area" in page.content.decode()


def test_who_is_not_signed_in_is_asked_to(harbour_client):
    answer = harbour_client.get(reverse("wagtailadmin_reports:site_history"))
    assert (answer.status_code, answer.url) == (302, "/admin/login/?next=/admin/reports/site-history/")


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.EDITOR])
def test_who_keeps_pictures_adds_and_chooses_them(harbour, member_client, role):
    with organization_scope(harbour.pk):
        picture = PictureFactory(title="Lighthouse", collection=root_collection(harbour))
    client = member_client(harbour, role)
    with new_sizes():
        assert "Lighthouse" in client.get(reverse("wagtailimages:index")).content.decode()
        assert "Lighthouse" in client.get(reverse("wagtailimages_chooser:choose")).json()["html"]
        assert client.get(reverse("wagtailimages:edit", args=[picture.pk])).status_code == 200
        assert client.get(reverse("wagtailimages:delete", args=[picture.pk])).status_code == 200


def test_owner_sorts_pictures_into_collections_and_cannot_close_them_off(harbour, member_client):
    with organization_scope(harbour.pk):
        root = root_collection(harbour)
    owner = member_client(harbour, Role.OWNER)
    assert (
        owner.post(reverse("wagtailadmin_collections:add"), {"name": "Old town", "parent": root.pk}).status_code == 302
    )
    with organization_scope(harbour.pk):
        (collection,) = root_collection(harbour).get_children()
        assert collection.name == "Old town"
    privacy = reverse("wagtailadmin_collections:set_privacy", args=[collection.pk])
    assert owner.get(privacy).url == "/admin/"
    # The one that holds all the others stays as it is.
    assert owner.get(reverse("wagtailadmin_collections:delete", args=[root.pk])).status_code in (302, 404)


def test_every_permission_of_the_table_exists(db):
    from django.contrib.auth.models import Permission

    from tenancy.rules import ROLE_PERMISSIONS

    known = {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}
    apps = {f"{name.partition('.')[0]}.*" for name in known}
    named = {entry for entries in ROLE_PERMISSIONS.values() for entry in entries}
    assert named - known - apps == set()


def test_roles_with_a_permission():
    assert roles_with("tours.view_manifest") == [Role.OWNER, Role.ADMIN, Role.MANAGER]
    assert roles_with("tours.lead_schedule") == [Role.OWNER, Role.ADMIN, Role.MANAGER, Role.GUIDE]
    assert not grants(Role.GUIDE, "tours.view_schedule")
