from django.db import migrations

from tenancy.rls import ProtectTables


class Migration(migrations.Migration):
    dependencies = [("cms", "0001_initial"), ("tenancy", "0003_row_level_security")]

    operations = [
        ProtectTables(
            [
                "cms_branding",
                "cms_contentpage",
                "cms_faqpage",
                "cms_landingpage",
                "cms_tourindexpage",
                "cms_tourpage",
                "cms_tourpagepicture",
                "cms_tourpagestop",
            ]
        ),
    ]
