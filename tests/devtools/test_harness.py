import socket

import pytest
from wagtail.models import Collection, Locale, Page

from tenancy.models import Organization
from tenancy.scope import every_organization

# In the order of the file: the first leaves rows behind, the second would find them.


def names_of_what_migrations_made() -> tuple[list[str], list[str], list[str], int]:
    with every_organization():
        return (
            [page.title for page in Page.objects.all()],
            [collection.name for collection in Collection.objects.all()],
            [locale.language_code for locale in Locale.objects.order_by("language_code")],
            Organization.objects.count(),
        )


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits(harbour: Organization) -> None:
    assert names_of_what_migrations_made()[3] == 1


@pytest.mark.django_db(transaction=True)
def test_the_next_one_finds_what_migrations_made_and_no_more() -> None:
    assert names_of_what_migrations_made() == (["Root"], ["Root"], ["de", "en"], 0)


def test_a_test_that_rolls_back_finds_the_same(db: None) -> None:
    assert names_of_what_migrations_made() == (["Root"], ["Root"], ["de", "en"], 0)


def test_other_machines_are_out_of_reach() -> None:
    with pytest.raises(OSError, match=r"Tests stay on this machine, and waypost\.example is not on it\."):
        socket.getaddrinfo("waypost.example", 80)
    with socket.socket() as outwards, pytest.raises(OSError, match=r"and 192\.0\.2\.1 is not on it\."):
        outwards.connect(("192.0.2.1", 80))
