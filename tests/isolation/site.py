"""The pages, pictures and documents of an organization of the world, with what editors do to them."""

from django.core.files.base import ContentFile
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Comment,
    CommentReply,
    GroupApprovalTask,
    Locale,
    Page,
    PageViewRestriction,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from cms.models import (
    ContentPage,
    FaqPage,
    LandingPage,
    ReviewTask,
    SharedNotice,
    SharedQuestions,
    TourIndexPage,
    TourPage,
    TourPagePicture,
    TourPageStop,
)
from cms.operations import keep_as_template
from places.models import Place
from tenancy.models import RoleGroup, TenantDocument, TenantImage, User
from tests.cms.factories import PictureFactory, new_sizes, picture_file
from tests.isolation.canaries import Canaries
from tours.models import Stop, Tour


def write_site(say: Canaries, *, owner: User, editor: User) -> None:
    """Write pages of every kind with a draft newer than what guests see, and start what editors can start."""
    image, document = _write_files(say)
    for page in LandingPage.objects.all():
        page.slug = say.slug()
        page.body = [("rich_text", f"<p>{say.text()}</p>")]
        page.save()
    home = LandingPage.objects.get(locale__language_code="en")
    pages = _write_pages(say, home, image, document)
    for page in pages:
        page.save_revision(user=owner).publish()
        draft = type(page).objects.get(pk=page.pk)
        draft.title = say.text()
        draft.save_revision(user=editor)
    commented = pages[-1]
    comment = Comment.objects.create(page=commented, user=editor, text=say.text(), contentpath="title")
    CommentReply.objects.create(comment=comment, user=owner, text=say.text())
    _ask_for_approval(say, commented, editor)
    keep_as_template(commented, name=say.text(), note=say.text(), actor=owner)
    for page in (home, pages[1], pages[3], pages[4]):
        _translate(say, page, owner)


def _write_files(say: Canaries) -> tuple[TenantImage, TenantDocument]:
    with new_sizes():
        image = PictureFactory(title=say.text(), file=picture_file(f"{say.slug()}.png"))
        image.get_rendition("width-32")
    image.tags.add(say.text())
    collection = Collection.objects.get(depth=2)
    secret = collection.add_child(name=say.text())
    CollectionViewRestriction.objects.create(collection=secret, restriction_type="login")
    documents = [
        TenantDocument.objects.create(
            title=say.text(), collection=place, file=ContentFile(say.text().encode(), name=f"{say.slug()}.txt")
        )
        for place in (collection, secret)
    ]
    return image, documents[0]


def _write_pages(say: Canaries, home: LandingPage, image: TenantImage, document: TenantDocument) -> list[Page]:
    index = home.add_child(instance=TourIndexPage(title=say.text(), slug=say.slug(), intro=f"<p>{say.text()}</p>"))
    tour_page = index.add_child(
        instance=TourPage(
            title=say.text(),
            slug=say.slug(),
            tour=Tour.objects.get(),
            summary=say.text(),
            cover=image,
            highlights=f"<p>{say.text()}</p>",
            body=_content(say, image, document),
            pictures=[TourPagePicture(image=image, caption=say.text())],
            stop_contents=[
                TourPageStop(stop=Stop.objects.get(), title=say.text(), locale=home.locale, audio=document, image=image)
            ],
        )
    )
    faq = FaqPage(title=say.text(), slug=say.slug(), body=[("faq", _questions(say))])
    content = ContentPage(title=say.text(), slug=say.slug(), body=_content(say, image, document))
    private = ContentPage(title=say.text(), slug=say.slug(), body=[("rich_text", f"<p>{say.text()}</p>")])
    for page in (faq, content, private):
        home.add_child(instance=page)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    home.body = _welcome(say, image, index)
    return [home, content, faq, index, tour_page, private]


def _questions(say: Canaries) -> dict[str, object]:
    return {"heading": say.text(), "questions": [{"question": say.text(), "answer": f"<p>{say.text()}</p>"}]}


def _shared(say: Canaries) -> list[tuple[str, object]]:
    notice = SharedNotice(name=say.text(), locale=Locale.objects.get(language_code="en"))
    notice.body = [("notice", {"title": say.text(), "text": f"<p>{say.text()}</p>"})]
    questions = SharedQuestions(name=say.text(), locale=notice.locale)
    questions.body = [("question", {"question": say.text(), "answer": f"<p>{say.text()}</p>"})]
    for shared in (notice, questions):
        shared.save()
    return [
        ("shared_notice", {"shared_notice": notice}),
        ("shared_questions", {"heading": say.text(), "shared_questions": questions}),
        ("places", {"heading": say.text(), "places": [{"place": Place.objects.first(), "text": say.text()}]}),
        ("html", f"<b>{say.text()}</b>"),
    ]


def _content(say: Canaries, image: TenantImage, document: TenantDocument) -> list[tuple[str, object]]:
    link = f'<a linktype="document" id="{document.pk}">{say.text()}</a>'
    return [
        ("rich_text", f"<p>{say.text()} {link}</p>"),
        ("picture_text", {"image": image, "text": f"<p>{say.text()}</p>", "picture_right": False}),
        ("faq", _questions(say)),
        *_shared(say),
    ]


def _welcome(say: Canaries, image: TenantImage, index: Page) -> list[tuple[str, object]]:
    plain = {"text": say.text(), "image": image, "size": "small", "colour": "plain", "icon": "compass"}
    tiles = [
        ("page", {**plain, "title": say.text(), "page": index}),
        ("wifi", {**plain, "title": say.text(), "network": say.text(32), "password": say.text(60)}),
        ("info", {**plain, "title": say.text(), "details": say.text()}),
    ]
    return [
        ("hero", {"heading": say.text(), "text": say.text(), "image": image, "button": say.text(40), "page": index}),
        ("tiles", {"heading": say.text(), "tiles": tiles}),
        ("tours", {"heading": say.text(), "count": 3}),
    ]


def _ask_for_approval(say: Canaries, page: Page, editor: User) -> None:
    workflow = Workflow.objects.create(name=say.text())
    task = GroupApprovalTask.objects.create(name=say.text())
    task.groups.set([entry.group for entry in RoleGroup.objects.filter(role="owner").select_related("group")])
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    WorkflowPage.objects.create(workflow=workflow, page=page)
    workflow.start(page, editor)
    ReviewTask.objects.create(name=say.text()).groups.set(task.groups.all())


def _translate(say: Canaries, page: Page, owner: User) -> None:
    german = Locale.objects.get(language_code="de")
    source, _created = TranslationSource.update_or_create_from_instance(page)
    translation = Translation.objects.create(source=source, target_locale=german)
    for segment in source.stringsegment_set.select_related("string", "context"):
        text = say.slug() if segment.context.path == "slug" else say.text()
        StringTranslation.objects.create(
            translation_of=segment.string,
            locale=german,
            context=segment.context,
            data=text,
            last_translated_by=owner,
        )
    translation.save_target(user=owner)
