"""Verbs that change what guests see."""

from cms.operations.freshness import ask_to_look, confirm_part, confirm_shared_part
from cms.operations.legal import write_legal_text
from cms.operations.links import check_due_links, find_links, forget_links, ignore_link, look_again, note_links
from cms.operations.pages import create_homes, draft_home, publish_due_pages
from cms.operations.review import follow_review, publish_approved, write_about_page
from cms.operations.search import index_new_pages, index_page, index_site, note_miss
from cms.operations.starter import SiteNotEmpty, build_starter
from cms.operations.templates import fill_page, keep_as_template
from cms.operations.translations import draft_translations, keep_in_step, keep_shared_in_step

__all__ = [
    "SiteNotEmpty",
    "ask_to_look",
    "build_starter",
    "check_due_links",
    "confirm_part",
    "confirm_shared_part",
    "create_homes",
    "draft_home",
    "draft_translations",
    "fill_page",
    "find_links",
    "follow_review",
    "forget_links",
    "ignore_link",
    "index_new_pages",
    "index_page",
    "index_site",
    "keep_as_template",
    "keep_in_step",
    "keep_shared_in_step",
    "look_again",
    "note_links",
    "note_miss",
    "publish_approved",
    "publish_due_pages",
    "write_about_page",
    "write_legal_text",
]
