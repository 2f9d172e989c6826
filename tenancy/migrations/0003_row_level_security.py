from django.db import migrations

from tenancy.rls import IN_SCOPE, AppendOnly, ProtectTables, ReadOnlyTables, WidenUnique

# Wagtail's migrations leave a welcome page, a site, two groups and a workflow that belong to nobody.
REMOVE_SAMPLES = """
DELETE FROM wagtailcore_workflowcontenttype;
DELETE FROM wagtailcore_workflowpage;
DELETE FROM wagtailcore_workflowtask;
DELETE FROM wagtailcore_groupapprovaltask_groups;
DELETE FROM wagtailcore_groupapprovaltask;
DELETE FROM wagtailcore_task;
DELETE FROM wagtailcore_workflow;
DELETE FROM wagtailcore_grouppagepermission;
DELETE FROM wagtailcore_groupcollectionpermission;
DELETE FROM wagtailcore_groupsitepermission;
DELETE FROM auth_group_permissions;
DELETE FROM auth_group;
DELETE FROM wagtailcore_site;
DELETE FROM wagtailcore_referenceindex;
DELETE FROM wagtailsearch_indexentry;
DELETE FROM wagtailcore_page WHERE depth > 1;
UPDATE wagtailcore_page SET numchild = 0;
"""

OWN = [
    "tenancy_auditentry",
    "tenancy_domain",
    "tenancy_membership",
    "tenancy_outboxdelivery",
    "tenancy_outboxevent",
    "tenancy_rolegroup",
    "tenancy_tenantdocument",
    "tenancy_tenantimage",
    "tenancy_tenantrendition",
    "tenancy_user_groups",
    "tenancy_user_user_permissions",
]
DJANGO = ["auth_group", "auth_group_permissions", "django_session", "taggit_tag", "taggit_taggeditem"]
WAGTAIL = [
    "wagtailadmin_admin",
    "wagtailadmin_editingsession",
    "wagtailadmin_formstate",
    "wagtailcore_apitoken",
    "wagtailcore_collectionviewrestriction",
    "wagtailcore_collectionviewrestriction_groups",
    "wagtailcore_comment",
    "wagtailcore_commentreply",
    "wagtailcore_groupapprovaltask",
    "wagtailcore_groupapprovaltask_groups",
    "wagtailcore_groupcollectionpermission",
    "wagtailcore_grouppagepermission",
    "wagtailcore_groupsitepermission",
    "wagtailcore_modellogentry",
    "wagtailcore_pagelogentry",
    "wagtailcore_pagesubscription",
    "wagtailcore_pageviewrestriction",
    "wagtailcore_pageviewrestriction_groups",
    "wagtailcore_referenceindex",
    "wagtailcore_revision",
    "wagtailcore_site",
    "wagtailcore_task",
    "wagtailcore_taskstate",
    "wagtailcore_uploadedfile",
    "wagtailcore_workflow",
    "wagtailcore_workflowcontenttype",
    "wagtailcore_workflowpage",
    "wagtailcore_workflowstate",
    "wagtailcore_workflowtask",
    "wagtaildocs_document",
    "wagtailembeds_embed",
    "wagtailforms_formsubmission",
    "wagtailimages_image",
    "wagtailimages_rendition",
    "wagtailredirects_redirect",
    "wagtailsearch_indexentry",
    "wagtailusers_userprofile",
]
LOCALIZE = [
    "wagtail_localize_localesynchronization",
    "wagtail_localize_overridablesegment",
    "wagtail_localize_relatedobjectsegment",
    "wagtail_localize_segmentoverride",
    "wagtail_localize_string",
    "wagtail_localize_stringsegment",
    "wagtail_localize_stringtranslation",
    "wagtail_localize_template",
    "wagtail_localize_templatesegment",
    "wagtail_localize_translatableobject",
    "wagtail_localize_translation",
    "wagtail_localize_translationcontext",
    "wagtail_localize_translationlog",
    "wagtail_localize_translationsource",
]

# An organization sees itself; a person is seen where there is a membership. Both are made and removed by the owner only.
PROTECT_ORGANIZATIONS_AND_PEOPLE = f"""
ALTER TABLE tenancy_organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON tenancy_organization FOR SELECT USING (id = {IN_SCOPE});
CREATE POLICY tenant_change ON tenancy_organization FOR UPDATE USING (id = {IN_SCOPE});
ALTER TABLE tenancy_user ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_read ON tenancy_user FOR SELECT
    USING (EXISTS (SELECT 1 FROM tenancy_membership m WHERE m.user_id = tenancy_user.id AND m.organization_id = {IN_SCOPE}));
CREATE POLICY tenant_change ON tenancy_user FOR UPDATE
    USING (EXISTS (SELECT 1 FROM tenancy_membership m WHERE m.user_id = tenancy_user.id AND m.organization_id = {IN_SCOPE}));
"""


class Migration(migrations.Migration):
    """Row-level security under every table, those of other packages included."""

    dependencies = [
        ("tenancy", "0002_organization"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("wagtail_localize", "0016_rename_page_revision_translationlog_revision"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailembeds", "0009_embed_cache_until"),
        ("wagtailforms", "0005_alter_formsubmission_form_data"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
        ("wagtailsearch", "0010_add_text_fields"),
        ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
    ]

    operations = [
        migrations.RunSQL(REMOVE_SAMPLES, migrations.RunSQL.noop),
        # The deletions above leave checks to do at the end of a transaction, before which tables cannot be changed.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        ProtectTables([*OWN, *DJANGO, *WAGTAIL, *LOCALIZE]),
        ProtectTables(["wagtailcore_page", "wagtailcore_collection"], shared_rows="depth = 1"),
        migrations.RunSQL(PROTECT_ORGANIZATIONS_AND_PEOPLE, migrations.RunSQL.noop),
        ReadOnlyTables(["auth_permission", "django_content_type", "django_migrations", "wagtailcore_locale"]),
        WidenUnique("auth_group", ["name"]),
        WidenUnique("tenancy_user_user_permissions", ["user_id", "permission_id"]),
        WidenUnique("taggit_tag", ["name"]),
        WidenUnique("taggit_tag", ["slug"]),
        WidenUnique("wagtail_localize_localesynchronization", ["locale_id"]),
        WidenUnique("wagtail_localize_string", ["locale_id", "data_hash"]),
        WidenUnique("wagtail_localize_template", ["uuid"]),
        WidenUnique("wagtailembeds_embed", ["hash"]),
        WidenUnique("wagtailusers_userprofile", ["user_id"]),
        AppendOnly("tenancy_auditentry"),
    ]
