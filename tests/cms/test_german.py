"""Pages of the guest site in German: what editors and operators wrote is German, and nothing of ours is English."""

from wagtail.models import Locale

from cms.models import Branding, ContentPage, LandingPage, TourIndexPage, TourPage
from tenancy.scope import organization_scope
from tests.factories import PlaceFactory, StopFactory, TierFactory, VariantFactory, make_schedule
from tests.fixtures import client_for
from tests.german import Texts, english


def build_german_site() -> None:
    home = LandingPage.objects.get(locale=Locale.objects.get(language_code="de"))
    place = PlaceFactory(
        name="Pier 1",
        name_translations={"de": "Brücke 1"},
        directions="Under the clock",
        directions_translations={"de": "Unter der Uhr"},
    )
    variant = VariantFactory(
        tour__name="Harbour walk",
        tour__name_translations={"de": "Hafenrundgang"},
        tour__meeting_point=place,
        tour__accessibility=["wheelchair"],
    )
    TierFactory(tour=variant.tour)
    StopFactory(tour=variant.tour, title="The crane", title_translations={"de": "Der Kran"}, place=place)
    make_schedule(variant)
    index = home.add_child(instance=TourIndexPage(title="Touren", slug="touren"))
    index.add_child(
        instance=TourPage(
            title="Hafenrundgang",
            slug="rundgang",
            tour=variant.tour,
            summary="Der Hafen zu Fuß.",
            highlights="<p>Der Kran</p>",
            included="<p>Tee</p>",
            excluded="<p>Kuchen</p>",
            to_bring="<p>Jacke</p>",
        )
    )
    home.add_child(instance=ContentPage(title="Über uns", slug="ueber-uns"))
    home.body = [("tours", {"heading": "Unsere Touren", "count": 3})]
    home.save_revision().publish()
    branding = Branding.objects.get()
    branding.tagline, branding.tagline_translations = "Walks by the water", {"de": "Spaziergänge am Wasser"}
    branding.save()


def test_guest_site_in_german_has_no_english(harbour):
    with organization_scope(harbour.pk):
        build_german_site()
    guest = client_for(harbour)
    pages = {path: guest.get(path) for path in ("/de/", "/de/touren/", "/de/touren/rundgang/", "/de/ueber-uns/")}
    assert {path: response.status_code for path, response in pages.items()} == dict.fromkeys(pages, 200)
    assert {path: found for path, response in pages.items() if (found := english(response.content.decode()))} == {}
    english_data = {"Pier 1", "Under the clock", "The crane", "Harbour walk", "Walks by the water"}
    shown = {path: set(Texts(response.content.decode()).found) for path, response in pages.items()}
    assert {path: texts & english_data for path, texts in shown.items()} == {path: set() for path in pages}
    assert {"Brücke 1", "Unter der Uhr", "Der Kran", "Spaziergänge am Wasser"} - shown["/de/touren/rundgang/"] == set()
