from wagtail.models import Page, ReferenceIndex

from cms.models import SharedNotice, SharedQuestions, TourPagePicture, TourPageStop
from tenancy.models import TenantDocument, TenantImage

APPS = ("cms", "commerce", "crm", "places", "tenancy", "tours")
# What has pages, pictures and documents in it, and those themselves.
INDEXED = {SharedNotice, SharedQuestions, TourPagePicture, TourPageStop, TenantDocument, TenantImage}


def test_records_of_the_business_are_not_indexed_for_references():
    # Each save of an indexed record takes four queries more: `TenantModel` and `add_to_reference_index = False` spare them.
    ours = {model for model in ReferenceIndex.tracked_models if model._meta.app_label in APPS}
    assert {model for model in ours if not issubclass(model, Page)} == INDEXED
