from django.contrib.sessions.models import Session

from tenancy.enums import Role
from tenancy.queries import canonical_host
from tenancy.scope import organization_scope


def test_a_session_of_one_host_signs_nobody_in_at_another(harbour, kyoto, member_client):
    client = member_client(kyoto, Role.OWNER)
    assert client.get("/admin/").status_code == 200
    with organization_scope(harbour.pk):
        host = canonical_host(harbour)
    response = client.get("/admin/", headers={"host": host})
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/login/?next=/admin/")


def test_a_session_is_not_found_in_the_scope_of_another(harbour, kyoto, member_client):
    key = member_client(kyoto, Role.OWNER).cookies["sessionid"].value
    with organization_scope(kyoto.pk):
        assert Session.objects.filter(session_key=key).exists()
    with organization_scope(harbour.pk):
        assert not Session.objects.filter(session_key=key).exists()
