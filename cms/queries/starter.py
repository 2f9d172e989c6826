"""Whether a site has been begun."""

from wagtail.models import Page

from tenancy.models import Organization


def is_site_empty(organization: Organization) -> bool:
    """Return whether nobody has made or written a page yet, not even as a draft; one query when there are any pages."""
    assert organization.site is not None
    root = organization.site.root_page
    container = root.path[: -root.steplen]
    if Page.objects.filter(path__startswith=container, depth__gt=root.depth).exists():
        return False
    homes = Page.objects.filter(translation_key=root.translation_key, depth=root.depth)
    return not any(
        getattr(home.get_latest_revision_as_object(), "body", None) or getattr(home, "body", None)
        for home in homes.specific().select_related("latest_revision")
    )
