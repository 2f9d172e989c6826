"""What somebody changes is on the next guest's page, which is made once and then stored again."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, Locale, Page, PageViewRestriction

from cms import operations
from cms.models import Branding, LandingPage, LegalText, SharedNotice, SharedQuestions
from commerce.enums import RefundReason
from commerce.models import CancellationPolicy
from commerce.operations import cancel_order
from places.models import Place
from tenancy.models import Organization, TenantDocument, TenantImage
from tenancy.operations import change_organization, remove_language
from tenancy.scope import organization_scope
from tests.cms.factories import PictureFactory, new_sizes, picture_file
from tests.cms.test_pages import build_site, home_of
from tests.commerce.factories import order_of
from tests.factories import PlaceFactory, make_schedule
from tests.fixtures import client_for
from tours.models import PricingTier, Resource, ResourceNeed, Schedule, Stop, Tour, TourTag
from tours.operations import block_seats, cancel_schedule, unblock_seats

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2031, 1, 10, 12, tzinfo=dt.UTC)
TOUR, HOME, INFO, LIST = "/tours/lights/", "/", "/info/", "/tours/"


@pytest.fixture
def site(harbour) -> Organization:
    """A site whose tour leaves on 2 June with twelve places and on 9 June, and a page with a bit of everything."""
    with time_machine.travel(NOW, tick=False), organization_scope(harbour.pk), new_sizes():
        page = build_site(harbour)
        make_schedule(page.tour.variants.get(), date=dt.date(2031, 6, 9))
        night = TourTag.objects.create(name="Night")
        page.tour.tags.add(night)
        page.tour.save()
        page.cover = PictureFactory(title="Pier")
        page.save_revision().publish()
        notice = SharedNotice.objects.create(
            name="Lift", locale=locale("en"), body=[("notice", {"title": "No lift", "text": "<p>Until May.</p>"})]
        )
        questions = SharedQuestions.objects.create(
            name="Dogs", locale=locale("en"), body=[("question", {"question": "Dogs?", "answer": "<p>Yes.</p>"})]
        )
        tile = {"title": "Menu", "text": "", "icon": "download", "image": None, "size": "small", "colour": "plain"}
        tiles = [("download", {**tile, "document": document("menu.pdf")}), ("clock", {**tile, "title": "Now"})]
        info = home_of(harbour).add_child(
            instance=LandingPage(
                title="Info",
                slug="info",
                show_in_menus=True,
                body=[
                    ("shared_notice", {"shared_notice": notice}),
                    ("shared_questions", {"heading": "Ask", "shared_questions": questions}),
                    ("tiles", {"heading": "", "tiles": tiles}),
                    (
                        "tours",
                        {"heading": "", "count": 3, "category": "", "tag": str(night.pk), "soonest_first": False},
                    ),
                    ("places", {"heading": "Eat", "tag": "food"}),
                ],
            )
        )
        info.save_revision().publish()
        PlaceFactory(name="Old bakery", tags=["food"])
        yield harbour


def locale(code: str) -> Locale:
    return Locale.objects.get(language_code=code)


def document(name: str, content: bytes = b"%PDF-1.4\n%%EOF\n") -> TenantDocument:
    return TenantDocument.objects.create(
        title="Menu", file=ContentFile(content, name), collection=Collection.objects.get(depth=2)
    )


def page_of(slug: str) -> Page:
    return Page.objects.get(slug=slug).specific


def publish(slug: str, **values: object) -> None:
    page = page_of(slug)
    for name, value in values.items():
        setattr(page, name, value)
    page.save_revision().publish()


def change(model: type, _which: dict[str, object] | None = None, **values: object) -> None:
    row = model.objects.filter(**(_which or {})).order_by("pk").first()
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def untag() -> None:
    tour = Tour.objects.get()
    tour.tags.clear()
    tour.save()


def picture() -> TenantImage:
    return TenantImage.objects.get(title="Pier")


def replace_picture() -> None:
    one = picture()
    one.file = picture_file("quay.png")
    one.save()
    # As the form of a picture does.
    one.renditions.all().delete()


def replace_document() -> None:
    one = TenantDocument.objects.get()
    one.file = ContentFile(b"%PDF-1.4\n" + b"% more\n" * 1000 + b"%%EOF\n", "card.pdf")
    one.file_size = 7015
    one.save()


def set_focal_point() -> None:
    change(TenantImage, focal_point_x=60, focal_point_y=5, focal_point_width=4, focal_point_height=4)


def expire() -> None:
    page = page_of("info")
    page.expire_at = timezone.now() - dt.timedelta(minutes=1)
    page.save_revision().publish()
    Page.objects.filter(pk=page.pk).update(expire_at=page.expire_at, live=True)
    operations.publish_due_pages()


def translate_notice() -> None:
    notice = SharedNotice.objects.get()
    SharedNotice.objects.create(
        name="Aufzug",
        locale=locale("de"),
        translation_key=notice.translation_key,
        body=[("notice", {"title": "Kein Aufzug", "text": "<p>Bis Mai.</p>"})],
    )


def sort_menu() -> None:
    page_of("info").move(page_of("tours"), pos="left")


def publish_translation() -> None:
    page = page_of("info").copy_for_translation(locale("de"))
    page.save_revision().publish()


def close_page() -> None:
    PageViewRestriction.objects.create(page=page_of("info"), restriction_type=PageViewRestriction.LOGIN)


def first_departure() -> Schedule:
    return Schedule.objects.earliest("date")


def block(seats: int) -> object:
    return block_seats(first_departure(), seats=seats, reason="Kept", now=NOW, actor=None)


# What is changed, where it is seen, and what stands there then, or does not stand there any more.
CHANGES: dict[str, tuple[str, Callable[[], object], str, str]] = {
    "page published": (INFO, lambda: publish("info", title="All about us"), "<title>All about us", ""),
    "menu of another page": (TOUR, lambda: publish("info", title="All about us"), ">All about us</a>", ""),
    "order of the menu": (TOUR, sort_menu, 'Info</a></li><li><a href="/tours/">', ""),
    "page moved": (HOME, lambda: page_of("lights").move(page_of("home"), pos="last-child"), 'href="/lights/"', TOUR),
    "page taken back": (HOME, lambda: page_of("info").unpublish(), "", "Info</a>"),
    "page deleted": (HOME, lambda: page_of("info").delete(), "", "Info</a>"),
    "page at its end": (HOME, expire, "", "Info</a>"),
    "translation published": (INFO, publish_translation, 'hreflang="de" href="http://harbour.localhost:8000/de/', ""),
    "page for some only": (INFO, close_page, "", "No lift"),
    "branding": (HOME, lambda: change(Branding, tagline="Ahoy"), "<p>Ahoy</p>", ""),
    "colours": (HOME, lambda: change(Branding, primary_colour="#7a1f1f"), 'content="#7a1f1f"', ""),
    "legal text": (
        HOME,
        lambda: LegalText.objects.create(kind="privacy", language="en", body="<p>Little.</p>"),
        "/legal/privacy/",
        "",
    ),
    "shared notice": (
        INFO,
        lambda: change(SharedNotice, body=[("notice", {"title": "The lift is back", "text": ""})]),
        "The lift is back",
        "No lift",
    ),
    "shared question": (
        INFO,
        lambda: change(SharedQuestions, body=[("question", {"question": "Cats?", "answer": "<p>No.</p>"})]),
        "Cats?",
        "Dogs?",
    ),
    "picture replaced": (TOUR, replace_picture, "quay", ""),
    "focal point": (TOUR, set_focal_point, "", ""),
    "credit of a picture": (TOUR, lambda: change(TenantImage, credit="Photo: B. Petersen"), "B. Petersen", "A. Hansen"),
    "picture deleted": (TOUR, lambda: picture().delete(), "", "cover__picture"),
    "document replaced": (INFO, replace_document, "card.pdf", "menu.pdf"),
    "document deleted": (INFO, lambda: TenantDocument.objects.get().delete(), "", "menu.pdf"),
    "tags of a place": (INFO, lambda: change(Place, {"name": "Old bakery"}, tags=["sight"]), "", "Old bakery"),
    "place": (INFO, lambda: change(Place, {"name": "Old bakery"}, name="New bakery"), "New bakery", "Old bakery"),
    "meeting point": (TOUR, lambda: change(Place, directions="By the crane."), "By the crane.", ""),
    "tour": (TOUR, lambda: change(Tour, accessibility_note="Two steps."), "Two steps.", ""),
    "tour not on sale": (LIST, lambda: change(Tour, status="archived"), "No tours are on sale", "Harbour lights"),
    "stop": (TOUR, lambda: change(Stop, title="The old lighthouse"), "The old lighthouse", ""),
    "price": (HOME, lambda: change(PricingTier, price_minor=3000), "from €30.00", "€25.00"),
    "price for search engines": (TOUR, lambda: change(PricingTier, price_minor=3000), '"lowPrice": "30.00"', '"25.00"'),
    "cancellation policy": (
        TOUR,
        lambda: CancellationPolicy.objects.create(
            name="Strict", is_default=True, steps=[{"hours": 72, "percent": 100}]
        ),
        "3 days before",
        "",
    ),
    "another departure": (
        HOME,
        lambda: make_schedule(Schedule.objects.first().variant, date=dt.date(2031, 5, 1)),
        "Thu 1 May",
        "Mon 2 Jun",
    ),
    "departure cancelled": (
        HOME,
        lambda: cancel_schedule(Schedule.objects.earliest("date"), reason="Storm", now=NOW, actor=None),
        "Mon 9 Jun",
        "Mon 2 Jun",
    ),
    "departure booked out": (HOME, lambda: order_of(first_departure(), quantity=12), "Mon 9 Jun", "Mon 2 Jun"),
    "departure blocked": (HOME, lambda: block(12), "Mon 9 Jun", "Mon 2 Jun"),
    "booked out, for search engines": (
        TOUR,
        lambda: order_of(first_departure(), quantity=12),
        "",
        "2031-06-02",
    ),
    "tags of a tour": (INFO, untag, "", '"/tours/lights/">Harbour lights</a>'),
}


def ask(client: Client, path: str) -> tuple[str, str | None, int]:
    """What stands on the page that the next guest is given, whether it was stored, and by how many queries it was made."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    return answer.content.decode(), answer.headers.get("X-Cache"), len(queries)


@pytest.mark.parametrize("name", CHANGES)
def test_change_is_on_the_next_page(site, name):
    path, act, there, gone = CHANGES[name]
    client = client_for(site)
    with time_machine.travel(NOW, tick=False), new_sizes():
        ask(client, path)
        before, stored, queries = ask(client, path)
        assert (stored, queries, gone in before, bool(there) and there in before) == ("hit", 0, True, False)
        with organization_scope(site.pk):
            act()
        after, stored, _queries = ask(client, path)
        assert (after == before, there in after, bool(gone) and gone in after) == (False, True, False)
        # The page behind a sign-in and the one that is not there are made for each guest.
        if client.get(path).status_code == 200:
            again, stored_again, queries = ask(client, path)
            assert (stored, stored_again, queries, again == after) == ("miss", "hit", 0, True)


def test_booking_that_leaves_room_keeps_the_pages_stored(site):
    client = client_for(site)
    with time_machine.travel(NOW, tick=False):
        client.get(HOME)
        with organization_scope(site.pk):
            order_of(first_departure(), quantity=11)
        assert client.get(HOME)["X-Cache"] == "hit"


def test_places_given_back_are_on_the_next_page(site):
    client = client_for(site)
    with time_machine.travel(NOW, tick=False):
        with organization_scope(site.pk):
            order = order_of(first_departure(), quantity=12)
            blocked = block_seats(Schedule.objects.latest("date"), seats=12, reason="Kept", now=NOW, actor=None)
        assert "Next: " not in client.get(HOME).content.decode()
        with organization_scope(site.pk):
            unblock_seats(blocked, now=NOW, actor=None)
        assert "Next: Mon 9 Jun" in client.get(HOME).content.decode()
        with organization_scope(site.pk):
            cancel_order(order, reason=RefundReason.CANCELLED_BY_GUEST, now=NOW, actor=None)
        assert "Next: Mon 2 Jun" in client.get(HOME).content.decode()


def test_booking_of_what_others_need_too_is_on_the_next_page(site):
    client = client_for(site)
    with time_machine.travel(NOW, tick=False):
        with organization_scope(site.pk):
            boat = Resource.objects.create(name="Boat", stock=1)
            other = make_schedule(date=first_departure().date)
            for variant in (first_departure().variant, other.variant):
                ResourceNeed.objects.create(resource=boat, variant=variant)
        assert "Next: Mon 2 Jun" in client.get(HOME).content.decode()
        with organization_scope(site.pk):
            order_of(other, quantity=1)
        assert "Next: Mon 9 Jun" in client.get(HOME).content.decode()
        with organization_scope(site.pk):
            boat.stock = 2
            boat.save()
        assert "Next: Mon 2 Jun" in client.get(HOME).content.decode()


@pytest.mark.parametrize(
    ("changes", "there"),
    [({"name": "Port Walks"}, "Port Walks"), ({"time_zone": "Asia/Tokyo"}, 'data-clock="Asia/Tokyo"')],
)
def test_settings_are_on_the_next_page(site, changes, there):
    client = client_for(site)
    with time_machine.travel(NOW, tick=False):
        assert there not in client.get(INFO).content.decode()
        assert client.get(INFO)["X-Cache"] == "hit"
        with organization_scope(site.pk):
            change_organization(site, changes=changes, actor=None)
        assert there in client.get(INFO).content.decode()


def test_language_taken_away_is_not_offered_any_more(site):
    client = client_for(site)
    with time_machine.travel(NOW, tick=False):
        assert 'hreflang="de"' in client.get(HOME).content.decode()
        with organization_scope(site.pk):
            page_of("home-de").unpublish()
            remove_language(site, language="de", actor=None)
        assert 'hreflang="de"' not in client.get(HOME).content.decode()
        assert client.get("/de/").url == "/"


def test_redirect_holds_from_the_next_request_on(site):
    client = client_for(site)
    assert client.get("/old/").status_code == 404
    with organization_scope(site.pk):
        redirect = Redirect.objects.create(old_path="/old", redirect_link="/info/", site=site.site)
    assert client.get("/old/").url == "/info/"
    with organization_scope(site.pk):
        redirect.delete()
    assert client.get("/old/").status_code == 404
