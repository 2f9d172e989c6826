from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.dispatch import receiver
from django.utils import timezone
from wagtail.admin.mail import EmailNotificationMixin
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move
from wagtail.users.models import UserProfile

from cms import operations, queries
from cms.enums import EditorLetter
from cms.models import Branding, LegalText, SharedNotice, SharedQuestions, TourPage
from cms.page_cache import forget_offers, forget_pages
from commerce.models import CancellationPolicy, TaxRate, TourPolicy
from places.models import Place
from tenancy.models import Organization, TenantDocument, TenantImage, User
from tenancy.outbox import publish, subscriber
from tenancy.queries import HOST_LIFETIME
from tenancy.signals import language_added, organization_changed, organization_created
from tours.models import (
    EarlyBirdDiscount,
    GroupDiscount,
    PricingTier,
    Resource,
    ResourceNeed,
    Schedule,
    SeasonalPrice,
    Stop,
    Tour,
    TourTag,
    TourVariant,
)
from tours.signals import availability_changed

# On what it depends when something can be booked, and for how much.
OFFERED: tuple[type[Model], ...] = (
    EarlyBirdDiscount,
    GroupDiscount,
    PricingTier,
    Resource,
    ResourceNeed,
    Schedule,
    SeasonalPrice,
    TaxRate,
    Tour,
    TourVariant,
)
SHOWN_ON_PAGES: tuple[type[Model], ...] = (
    *OFFERED,
    Branding,
    CancellationPolicy,
    LegalText,
    PageViewRestriction,
    Place,
    Stop,
    TenantDocument,
    TenantImage,
    TourPolicy,
    TourTag,
)


@receiver(organization_created)
def give_homes(sender: type[Organization], organization: Organization, container: Page, **kwargs: Any) -> None:
    operations.create_homes(organization, container=container)


@receiver(language_added)
def give_home(sender: type[Organization], organization: Organization, **kwargs: Any) -> None:
    operations.draft_home(organization, language=kwargs["language"], container=kwargs["container"])


@receiver(organization_changed)
def forget_what_it_said(sender: type[Organization], **kwargs: Any) -> None:
    # A process that still knows the organization as it was must not store pages that show it.
    forget_offers()
    forget_pages(quiet_seconds=HOST_LIFETIME)


@receiver(organization_changed)
def follow_review(sender: type[Organization], organization: Organization, **kwargs: Any) -> None:
    operations.follow_review(organization)


def mail_about_review(
    notifier: EmailNotificationMixin, templates: Any, context: dict[str, Any], recipients: Iterable[User], **kwargs: Any
) -> bool:
    """Queue what Wagtail would send about a review in the middle of a request, in its own name and to its own address."""
    letter = EditorLetter(f"page_{notifier.notification}")
    quotes = [context["comment"]] if context.get("comment") else []
    operations.write_about_page(
        context["page"], letter, recipients, now=timezone.now(), actor=kwargs.get("user"), quotes=quotes
    )
    return True


def mail_about_comments(people: Iterable[User], notification: str, context: dict[str, Any]) -> bool:
    """Queue what Wagtail would send about comments, as above."""
    readers = [one for one in people if one.is_active and UserProfile.get_for_user(one).updated_comments_notifications]
    quotes = [comment.text for comment in context["new_comments"]]
    quotes += [reply.text for thread in context["replied_comments"] for reply in thread["replies"]]
    operations.write_about_page(
        context["page"],
        EditorLetter.COMMENTED,
        readers,
        now=timezone.now(),
        actor=context["editor"],
        quotes=quotes,
    )
    return True


@receiver(page_published)
def keep_translations_in_step(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    operations.keep_in_step(instance)


@receiver([post_save, post_delete], sender=SharedNotice)
@receiver([post_save, post_delete], sender=SharedQuestions)
def forget_where_it_is_shown(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    pages = list(queries.pages_showing(instance))
    forget_pages(paths=[parts[2] for page in pages if (parts := page.get_url_parts())])
    for page in pages:
        publish("page.words_changed", page_id=page.pk)


@receiver(page_published)
@receiver(post_save, sender=SharedNotice)
@receiver(post_save, sender=SharedQuestions)
def note_links(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    operations.note_links(instance, now=timezone.now())


@receiver(page_unpublished)
@receiver(post_delete, sender=SharedNotice)
@receiver(post_delete, sender=SharedQuestions)
def forget_links(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    operations.forget_links(instance)


@receiver(post_delete)
def forget_links_of_page(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    # Wagtail deletes the page of each kind and the page itself; the links stand in the first.
    if issubclass(sender, Page) and sender is not Page:
        operations.forget_links(instance)


@receiver(post_save, sender=SharedNotice)
@receiver(post_save, sender=SharedQuestions)
def keep_shared_in_step(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    operations.keep_shared_in_step(instance)


@receiver([page_published, page_unpublished, page_slug_changed, post_page_move])
@receiver([post_save, post_delete])
def forget(sender: type[Model], **kwargs: Any) -> None:
    if sender in OFFERED:
        forget_offers()
    if sender in SHOWN_ON_PAGES or "instance_before" in kwargs or issubclass(sender, Page):
        forget_pages()


@receiver(availability_changed)
def forget_what_had_room(sender: type[Model], **kwargs: Any) -> None:
    forget_offers()
    forget_pages()


@receiver([page_published, page_unpublished])
def write_what_is_found(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    operations.index_page(instance)


@receiver([post_save, pre_delete], sender=Tour)
@receiver([post_save, pre_delete], sender=TourTag)
@receiver([post_save, pre_delete], sender=Stop)
@receiver([post_save, pre_delete], sender=Place)
def tell_what_tours_say(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    tell_of_pages(TOURS_OF[sender], instance)


@receiver(m2m_changed, sender=Tour.tags.through)
def tell_of_tags(sender: type[Model], instance: Model, action: str, **kwargs: Any) -> None:
    if action.startswith("post_") and isinstance(instance, Tour):
        tell_of_pages(TOURS_OF[Tour], instance)
        forget_pages()


# How the tour of a page has to do with a record.
TOURS_OF: dict[type[Model], tuple[str, ...]] = {
    Tour: ("tour",),
    TourTag: ("tour__tags",),
    Stop: ("tour__stops",),
    Place: ("tour__stops__place", "tour__meeting_point"),
}


def tell_of_pages(paths: tuple[str, ...], record: Model) -> None:
    about = Q()
    for path in paths:
        about |= Q(**{path: record.pk})
    for page_id in TourPage.objects.live().filter(about).values_list("pk", flat=True).distinct():
        publish("page.words_changed", page_id=page_id)


@subscriber("page.words_changed")
def write_what_is_found_anew(page_id: int) -> None:
    page = Page.objects.filter(pk=page_id).first()
    if page is not None:
        operations.index_page(page)
