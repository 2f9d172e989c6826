"""Every table is protected by row-level security, or stands here with the reason why not."""

import pytest
from django.db import connection

from tenancy.scope import every_organization, no_scope

GLOBAL_TABLES = {
    "auth_permission": "the code's own list of permissions; read-only for organizations",
    "django_content_type": "the code's own list of models; read-only for organizations",
    "django_migrations": "what the database has been through; read-only for organizations",
    "wagtailcore_locale": "the languages of the installation; read-only for organizations",
}

# Unique constraints of protected tables over natural keys are walls between organizations, except these.
UNIQUE_ACROSS_ORGANIZATIONS = {
    "account_emailaddress(email)": "stays empty: nobody may write to it",
    "account_emailaddress(email, user_id)": "stays empty",
    "account_emailaddress(primary, user_id)": "stays empty",
    "account_emailconfirmation(key)": "stays empty",
    "commerce_guestchoice(public_id)": "random",
    "commerce_order(secret)": "random",
    "commerce_paymentlink(secret)": "random",
    "commerce_paymentsettings(public_id)": "random",
    "commerce_payment(public_id)": "random",
    "commerce_refund(idempotency_key)": "contains the row's own key",
    "crm_customer(public_id)": "random",
    "mfa_authenticator(type, user_id)": "seen wherever the person is seen",
    "places_place(public_id)": "random",
    "tenancy_emailchange(new_token_hash)": "random",
    "tenancy_emailchange(old_token_hash)": "random",
    "tenancy_domain(host)": "a host name leads to one organization; host names are public",
    "tenancy_organization(public_id)": "random",
    "tenancy_organization(slug)": "made by the owner of the tables only",
    "tenancy_user(email)": "accounts are made by the owner of the tables only",
    "tours_booking(public_id)": "random",
    "tours_schedule(public_id)": "random",
    "tours_tour(public_id)": "random",
    "wagtail_localize_translation(uuid)": "random",
    "cms_sharednotice(locale_id, translation_key)": "the key is random",
    "cms_sharedquestions(locale_id, translation_key)": "the key is random",
    "cms_tourpagepicture(locale_id, translation_key)": "the key is random",
    "cms_tourpagestop(locale_id, translation_key)": "the key is random",
    "wagtail_localize_translatableobject(content_type_id, translation_key)": "the key is random",
    "wagtail_localize_translatableobject(translation_key)": "random",
    "wagtailcore_apitoken(key_hash)": "random",
    "wagtailcore_collection(path)": "below the organization's own collection",
    "wagtailcore_page(path)": "below the organization's own container",
    "wagtailcore_page(locale_id, translation_key)": "the key is random",
    "wagtailcore_site(hostname, port)": "host names are public",
    "wagtailcore_workflowcontenttype(content_type_id)": "workflows are for pages, never for snippets",
    "django_session(session_key)": "random",
    "usersessions_usersession(session_key)": "random",
}

# Columns that hold the key of another, protected row: unique there means unique inside its organization.
ROW_KEYS = {"object_id", "page_ptr_id", "base_object_id"}


def _rows(sql: str) -> list[tuple]:
    with every_organization(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _tables() -> dict[str, bool]:
    return dict(
        _rows(
            "SELECT relname, relrowsecurity FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    )


@pytest.mark.django_db
def test_tables_without_protection_are_the_listed_ones():
    assert {name for name, protected in _tables().items() if not protected} == set(GLOBAL_TABLES)


@pytest.mark.django_db
def test_tables_with_protection_are_counted(record_property):
    protected = sum(_tables().values())
    record_property("protected_tables", protected)
    assert protected == len(_tables()) - len(GLOBAL_TABLES)


@pytest.mark.django_db
def test_policies_compare_the_organization_of_each_row():
    unfiltered = _rows(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'"
        " AND coalesce(qual, '') !~ 'app.organization_id'"
        " AND NOT (cmd = 'SELECT' AND qual = '(organization_id IS NULL)')"
    )
    assert unfiltered == []


@pytest.mark.django_db
def test_rows_without_organization_are_only_the_roots_of_trees():
    shared = _rows("SELECT DISTINCT tablename FROM pg_policies WHERE policyname = 'tenant_shared_rows' ORDER BY 1")
    assert shared == [("wagtailcore_collection",), ("wagtailcore_page",)]


@pytest.mark.django_db
def test_global_tables_cannot_be_written_by_organizations():
    writable = _rows(
        f"""
        SELECT table_name, privilege_type FROM information_schema.role_table_grants
        WHERE grantee = 'waypost_tenant' AND privilege_type <> 'SELECT' AND table_name IN {tuple(GLOBAL_TABLES)}
        """  # noqa: S608
    )
    assert writable == []


@pytest.mark.django_db
def test_views_in_the_database_run_with_the_rights_of_who_asks():
    assert (
        _rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
            " AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)"
        )
        == []
    )


@pytest.mark.django_db
def test_unique_constraints_are_no_walls_between_organizations():
    found = _rows(
        """
        SELECT t.relname, array_agg(a.attname::text ORDER BY a.attname), i.indexprs IS NOT NULL,
               bool_or(EXISTS (SELECT 1 FROM pg_constraint f WHERE f.conrelid = t.oid AND f.contype = 'f'
                               AND a.attnum = ANY (f.conkey) AND f.confrelid NOT IN (
                                   'wagtailcore_locale'::regclass, 'django_content_type'::regclass,
                                   'auth_permission'::regclass, 'tenancy_user'::regclass)))
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
        WHERE i.indisunique AND t.relrowsecurity AND t.relnamespace = 'public'::regnamespace
          AND NOT (i.indisprimary AND i.indnatts = 1 AND a.attname = 'id')
        GROUP BY i.indexrelid, t.relname, i.indexprs
        """
    )
    walls = {
        f"{table}({', '.join(columns)})"
        for table, columns, _expressions, keyed_by_a_row in found
        if "organization_id" not in columns and not keyed_by_a_row and not ROW_KEYS.intersection(columns)
    }
    assert walls == set(UNIQUE_ACROSS_ORGANIZATIONS)


@pytest.mark.django_db
def test_without_a_scope_no_table_shows_a_row(harbour):
    readable = [name for name in sorted(_tables()) if name not in GLOBAL_TABLES]
    shown = {}
    with no_scope(), connection.cursor() as cursor:
        for table in readable:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
            shown[table] = cursor.fetchone()[0]
    assert {table: count for table, count in shown.items() if count} == {
        "wagtailcore_collection": 1,
        "wagtailcore_page": 1,
    }


@pytest.mark.django_db
def test_without_a_scope_nothing_can_be_written(harbour):
    from django.db import IntegrityError, ProgrammingError, transaction

    from crm.models import Customer

    with no_scope(), pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        Customer.objects.create(first_name="Nobody's")
