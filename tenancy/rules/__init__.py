"""Pure rules of the kernel: what each role may do, what people and hosts are called, and what files can hold."""

from tenancy.rules.cells import plain_cell, plain_value, workbook_value
from tenancy.rules.duties import DUTIES, ROLE_WORDS, does
from tenancy.rules.hosts import (
    host_name,
    may_be_given_out,
    next_domain_check,
    readable_host,
)
from tenancy.rules.people import device_name, person_name, token_hash
from tenancy.rules.roles import (
    COLLECTION_PERMISSIONS,
    ROLE_PERMISSIONS,
    grants,
    may_give,
    page_permissions,
    roles_with,
)
from tenancy.rules.time_zones import time_zone_choices, time_zone_name
from tenancy.rules.typing_errors import slips

__all__ = [
    "COLLECTION_PERMISSIONS",
    "DUTIES",
    "ROLE_PERMISSIONS",
    "ROLE_WORDS",
    "device_name",
    "does",
    "grants",
    "host_name",
    "may_be_given_out",
    "may_give",
    "next_domain_check",
    "page_permissions",
    "person_name",
    "plain_cell",
    "plain_value",
    "readable_host",
    "roles_with",
    "slips",
    "time_zone_choices",
    "time_zone_name",
    "token_hash",
    "workbook_value",
]
