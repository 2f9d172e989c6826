import pytest
from django.urls import reverse

from tenancy.enums import Role


def test_team_page_opens(harbour, member_client):
    client = member_client(harbour, Role.OWNER)
    for name in ("index", "invite", "roles", "leave"):
        assert client.get(reverse(f"team:{name}")).status_code == 200
