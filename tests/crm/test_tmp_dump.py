from pathlib import Path
from django.urls import reverse
from django.utils import timezone
from crm.models import CustomerMerge
from crm.operations import find_duplicates, merge_customers
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tests.crm.factories import make_protocol, make_task
from tests.factories import CustomerFactory


def test_dump(harbour, member_client):
    with organization_scope(harbour.pk):
        kept = CustomerFactory(first_name="Hedda", last_name="Klabauter", email="hedda@klabauter.example", note="Window seat, please.", phone="+494012345987")
        gone = CustomerFactory(first_name="Hedda Maria", last_name="Klabauter", email="", phone="+494012345987", note="Comes with a guide dog.")
        make_protocol(gone); make_protocol(kept); make_task(None, customer=gone)
        a = CustomerFactory(first_name="Ole", email="ole.petersen.from.far.away@very-long-provider-name.example"); b = CustomerFactory(first_name="Ole")
        merge = merge_customers(a, b, values={}, now=timezone.now(), actor=None)
        make_protocol(b)
        CustomerMerge.objects.filter(pk=merge.pk).update(counts={"crm.Protocol": 12, "commerce.Order": 3})
        find_duplicates()
    client = member_client(harbour, Role.MANAGER)
    out = Path("/tmp/merge_html"); out.mkdir(exist_ok=True)
    for name, url in {
        "list": reverse("duplicates:index"),
        "merge": reverse("customers:merge", args=[kept.pk, gone.pk]),
        "with": reverse("customers:merge_with", args=[kept.pk]) + "?q=klabauter",
        "merged": reverse("duplicates:merged", args=[merge.pk]),
        "customers": reverse("customers:index"),
    }.items():
        (out / f"{name}.html").write_bytes(client.get(url).content)
