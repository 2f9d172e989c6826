import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from places.models import Place
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.factories import StopFactory, TourFactory
from tests.tours.files import feature, geojson
from tours.models import Stop

FILE = geojson(
    feature("CRANE BY THE QUAY", (9.1, 53.5), OBJECTID=7, NO=2),
    feature("Pier", (9.2, 53.5), OBJECTID=8, NO=1),
    feature(None, (9.3, 53.5), OBJECTID=9, NO=3),
)


@pytest.fixture
def tour(harbour):
    with organization_scope(harbour.pk):
        return TourFactory()


@pytest.fixture
def manager(harbour, member_client):
    return member_client(harbour, Role.MANAGER)


def upload(client, tour, content=FILE, name="signs.geojson"):
    return client.post(reverse("tours:import_stops", args=[tour.pk]), {"file": SimpleUploadedFile(name, content)})


def titles(organization):
    with organization_scope(organization.pk):
        return [stop.title for stop in Stop.objects.order_by("sort_order")]


def test_import_in_three_steps(harbour, manager, tour):
    mapping_url = upload(manager, tour).url
    form = manager.get(mapping_url).context["form"]
    assert form.initial == {
        "source": "signs",
        "name_field": "NAME",
        "order_field": "NO",
        "id_field": "OBJECTID",
        "text_field": "",
        "tags_field": "",
    }
    assert form.fields["name_field"].choices == [
        ("NAME", "NAME (CRANE BY THE QUAY)"),
        ("OBJECTID", "OBJECTID (7)"),
        ("NO", "NO (2)"),
    ]
    values = {**form.initial, "title_case": "on"}
    checked = manager.post(mapping_url, {**values, "check": "1"})
    page = re.sub(r"\s+", " ", checked.content.decode())
    assert "<ol><li>Pier</li><li>Crane by the Quay</li></ol>" in page
    assert "<li>Feature 3: “NAME” is empty, so it has no name.</li>" in page
    assert titles(harbour) == []
    done = manager.post(mapping_url, {**values, "import": "1"}, follow=True)
    assert [str(message).strip() for message in done.context["messages"]] == [
        "2 stops added, 0 removed; 0 places changed; 1 features left out."
    ]
    assert titles(harbour) == ["Pier", "Crane by the Quay"]
    # The file is gone with its import.
    assert manager.get(mapping_url).url == reverse("tours:import_stops", args=[tour.pk])


def test_import_only_where_and_replace(harbour, manager, tour):
    with organization_scope(harbour.pk):
        StopFactory(tour=tour, title="Café")
    mapping_url = upload(manager, tour).url
    values = {"source": "signs", "name_field": "NAME", "filter_field": "NO", "filter_value": "1", "replace": "on"}
    manager.post(mapping_url, {**values, "import": "1"})
    assert titles(harbour) == ["Pier"]
    with organization_scope(harbour.pk):
        assert Place.objects.filter(external_id__startswith="signs:").count() == 1


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"PK\x03\x04", "The file is not valid JSON (Expecting value: line 1 column 1 (char 0))."),
        (b"", "The submitted file is empty."),
        (b" " * (5 * 1024 * 1024 + 1), "The file is larger than 5 MB."),
    ],
)
def test_upload_refused(manager, tour, content, error):
    assert upload(manager, tour, content).context["form"].errors == {"file": [error]}


def test_mapping_without_any_usable_feature(harbour, manager, tour):
    mapping_url = upload(manager, tour, geojson(feature("Trail", [[9.9, 53.5]], kind="LineString"))).url
    response = manager.post(mapping_url, {"source": "signs", "name_field": "NAME", "import": "1"})
    assert response.context["form"].non_field_errors() == ["No feature of the file can become a stop."]
    page = response.content.decode()
    assert "<li>Feature 1 (Trail): It is a LineString, not a point.</li>" in page
    assert 'name="import"' not in page
    assert titles(harbour) == []


def test_places_that_would_get_another_name_are_listed(manager, tour):
    mapping_url = upload(manager, tour).url
    values = {"source": "signs", "name_field": "NAME", "id_field": "OBJECTID"}
    first = manager.post(mapping_url, {**values, "check": "1"}).content.decode()
    assert "another name" not in first
    manager.post(mapping_url, {**values, "import": "1"})
    mapping_url = upload(manager, tour).url
    again = manager.post(mapping_url, {**values, "name_prefix": "Sign ", "check": "1"}).content.decode()
    assert ("2 places get other names, on every tour they are on" in again, "<li>Pier → Sign Pier</li>" in again) == (
        True,
        True,
    )


def test_file_of_several_tours_asks_to_choose_one(manager, tour):
    signs = [feature(f"Sign {number}", (9.0 + number / 100, 53.5), NO=number % 2) for number in range(23)]
    mapping_url = upload(manager, tour, geojson(*signs)).url
    values = {"source": "signs", "name_field": "NAME", "order_field": "NO", "check": "1"}
    page = manager.post(mapping_url, values).content.decode()
    assert ("Please check (21)" in page, "take one of them with “only where”" in page) == (True, True)


def test_file_of_somebody_else(harbour, kyoto, member_client, manager, tour):
    mapping_url = upload(manager, tour).url
    owner = member_client(harbour, Role.OWNER)
    assert owner.get(mapping_url).url == reverse("tours:import_stops", args=[tour.pk])
    assert member_client(kyoto, Role.OWNER).get(mapping_url).status_code == 404
