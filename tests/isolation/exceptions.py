"""What the walk leaves out, each with its reason. An entry that is not needed any more fails a test."""

CURRENCY = "a currency code"
LANGUAGE = "a language code"
PLACE_IN_TREE = "a place in a tree"
KEY = "a primary key"
CODE = "a name of the code's"
HASH = "a hash"
COLOUR = "a colour"
MEDIA_TYPE = "a media type"

# Columns of text that are no words of people.
NOT_WORDS: dict[str, str] = {
    "commerce_cancellationpolicy.steps": "Numbers: the deadlines and shares of a policy.",
    "cms_branding.accent_colour": COLOUR,
    "cms_branding.primary_colour": COLOUR,
    "cms_legaltext.language": LANGUAGE,
    "cms_pagetemplate.page_type": CODE,
    "cms_searchentry.language": LANGUAGE,
    "cms_searchentry.part": CODE,
    "cms_searchentry.shown": "rules of when something is shown",
    "cms_foundlink.part": KEY,
    "cms_searchmiss.language": LANGUAGE,
    "cms_searchword.language": LANGUAGE,
    "cms_searchword.word": "words of the entry, which stands beside them",
    "commerce_acceptance.language": LANGUAGE,
    "commerce_difference.currency": CURRENCY,
    "commerce_ledgertransaction.currency": CURRENCY,
    "commerce_dispute.balance_currency": CURRENCY,
    "commerce_dispute.currency": CURRENCY,
    "commerce_disputefile.content_type": MEDIA_TYPE,
    "commerce_evidencefile.content_type": MEDIA_TYPE,
    "commerce_order.currency": CURRENCY,
    "commerce_order.language": LANGUAGE,
    "commerce_payment.captured_currency": CURRENCY,
    "commerce_payment.currency": CURRENCY,
    "crm_activity.kind": CODE,
    "crm_attentionitem.facts": "Days and keys, from which sentences are made.",
    "crm_attentionrule.kind": CODE,
    "crm_consent.language": LANGUAGE,
    "crm_customer.language": LANGUAGE,
    "crm_customerkey.key": "pieces of the customer's name, which stands beside them",
    "crm_customermerge.counts": "Numbers by the names of models.",
    "crm_customermerge.record": "The values of both customers, which stand beside it, and keys.",
    "crm_documentlimits.endings": "ends of names of files",
    "crm_documentshare.token_hash": HASH,
    "crm_documentversion.content_type": MEDIA_TYPE,
    "crm_documentversion.file": "a random name below the organization’s folder",
    "crm_documentversion.words": "words of the file, for finding it only",
    "crm_import.encoding": CODE,
    "crm_import.file": "a random name below the organization’s folder",
    "crm_import.mapping": CODE,
    "crm_import.separator": "one sign",
    "crm_importchange.added": "keys, and words that stand beside the record",
    "crm_importchange.after": "values of the record, which stand in it",
    "crm_importchange.before": "values of the record, which stood in it",
    "crm_message.kind": CODE,
    "crm_message.language": LANGUAGE,
    "crm_protocolfile.content_type": MEDIA_TYPE,
    "crm_task.repeat_rule": "a rule of recurrence, which allows no other words",
    "django_session.session_data": "signed and packed; test_sessions.py looks into it",
    "django_session.session_key": "random",
    "places_place.country": "a country code",
    "tenancy_auditentry.action": CODE,
    "tenancy_auditentry.subject_type": CODE,
    "tenancy_organization.currency": CURRENCY,
    "tenancy_organization.default_language": LANGUAGE,
    "tenancy_organization.languages": LANGUAGE,
    "tenancy_organization.order_prefix": "up to four letters",
    "tenancy_organization.time_zone": CODE,
    "tenancy_outboxdelivery.subscriber": CODE,
    "tenancy_outboxevent.topic": CODE,
    "tenancy_tenantdocument.file_hash": HASH,
    "tenancy_tenantimage.file_hash": HASH,
    "tenancy_tenantrendition.filter_spec": CODE,
    "tenancy_tenantrendition.focal_point_key": CODE,
    "tenancy_user.password": HASH,
    "tours_availabilitypattern.language": LANGUAGE,
    "tours_availabilitypattern.rule": "a rule of recurrence, which allows no other words",
    "tours_guide.languages": LANGUAGE,
    "tours_guidefeed.skipped_days": "days, written as text",
    "tours_schedule.language": LANGUAGE,
    "tours_schedule.time_zone": CODE,
    "tours_tour.accessibility": CODE,
    "tours_tour.languages": LANGUAGE,
    "wagtail_localize_stringsegment.attrs": "the attributes of links, as JSON",
    "wagtail_localize_template.template": "what is left of a text without its words",
    "wagtail_localize_template.template_format": CODE,
    "wagtail_localize_translationcontext.field_path": CODE,
    "wagtail_localize_translationcontext.path": CODE,
    "wagtail_localize_translationsource.schema_version": CODE,
    "wagtailadmin_editingsession.object_id": KEY,
    "wagtailadmin_formstate.object_id": KEY,
    "wagtailadmin_formstate.parent_object_id": KEY,
    "wagtailcore_apitoken.key_hash": HASH,
    "wagtailcore_collection.path": PLACE_IN_TREE,
    "wagtailcore_comment.contentpath": CODE,
    "wagtailcore_comment.position": "a place in the text, as JSON",
    "wagtailcore_modellogentry.action": CODE,
    "wagtailcore_modellogentry.object_id": KEY,
    "wagtailcore_page.path": PLACE_IN_TREE,
    "wagtailcore_pagelogentry.action": CODE,
    "wagtailcore_referenceindex.content_path": CODE,
    "wagtailcore_referenceindex.model_path": CODE,
    "wagtailcore_referenceindex.object_id": KEY,
    "wagtailcore_referenceindex.to_object_id": KEY,
    "wagtailcore_revision.object_id": KEY,
    "wagtailcore_workflowstate.object_id": KEY,
    "wagtailimages_rendition.focal_point_key": CODE,
    "wagtailsearch_indexentry.body": "made from the texts of the row",
    "wagtailsearch_indexentry.body_text": "made from the texts of the row",
    "wagtailsearch_indexentry.autocomplete": "made from the texts of the row",
    "wagtailsearch_indexentry.object_id": KEY,
    "wagtailusers_userprofile.avatar": "the name of a file, which nobody has",
    "wagtailusers_userprofile.current_time_zone": CODE,
    "wagtailusers_userprofile.preferred_language": LANGUAGE,
}

# Models without rows.
NO_ROWS: dict[str, str] = {
    "wagtail_localize.RelatedObjectSegment": "no field of a page leads to another record that is translated",
    "wagtailcore.WorkflowContentType": "workflows are for pages only, so the admin offers nothing to put there",
}

INSTEAD = "never reached: a route of ours stands before it"
NOT_INSTALLED = "the mailbox of tests and the demo; no installation has it"

# Routes that nobody visits, by their names, or their patterns where they have none.
UNVISITED: dict[str, str] = {
    "admin/^.*/$": "answers 404 to all that no other route of the admin takes",
    "devtools:mail": NOT_INSTALLED,
    "devtools:mail_html": NOT_INSTALLED,
    "devtools:mailbox": NOT_INSTALLED,
    "wagtail_localize:machine_translate": INSTEAD,
    "wagtail_localize:submit_page_translation": INSTEAD,
    "wagtail_localize:submit_snippet_translation": INSTEAD,
    "wagtail_serve": INSTEAD,
    "wagtailadmin_error_test": "breaks, to show the page for it; test_error_pages.py breaks as well",
    "wagtailadmin_login": INSTEAD,
    "wagtailadmin_logout": INSTEAD,
    "wagtailadmin_password_reset": INSTEAD,
    "wagtailadmin_password_reset_done": INSTEAD,
    "wagtailcore_login": INSTEAD,
    "wagtailimages:add": INSTEAD,
    "wagtailimages:edit": INSTEAD,
    "wagtailredirects:add": INSTEAD,
    "wagtailredirects:edit": INSTEAD,
    "wagtailredirects:index": INSTEAD,
    "wagtailredirects:index_results": INSTEAD,
}

# Routes that answer although a key in the address is another organization's.
ANSWERS_TO_FOREIGN_KEYS: dict[str, str] = {
    "account_confirm_email_change": "says that the link is not valid",
    "account_reset_password_from_key": "says that the link is not valid",
    "orders:settle_refund": "the order is one's own; says that there is nothing to settle",
    "orders:withdraw_refund": "the order is one's own; says that there is nothing to withdraw",
    "wagtailadmin_pages:revisions_index": "an old address: leads to the history, which is refused",
}

# Routes that answer to what is sent to them with another organization's key; nothing is changed.
ANSWERS_TO_FOREIGN_WRITES: dict[str, str] = {
    "account_switch": "says that one cannot switch there",
    "commerce:change_line": "leads to the cart, which does not hold it",
    "commerce:remove_line": "nothing of the kind is in the guest's own cart",
    "wagtailadmin_editing_sessions:release": "ends one's own sessions only, and says nothing",
}

# Routes that break on another organization's keys and change nothing.
BREAKS_ON_FOREIGN_WRITES: dict[str, str] = {
    "wagtailadmin_pages:copy": "Wagtail looks up the new parent without asking whether there is one",
    "wagtailredirects:process_import": "Wagtail reads what its form before has sent along without asking whether it is there",
}
