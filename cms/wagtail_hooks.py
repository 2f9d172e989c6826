from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from cms.panels import DayPanel

# Where Wagtail's own entries stand among ours (Schedules 110 … Places 150).
MENU_ORDER = {"explorer": 200, "images": 300, "documents": 310}


@hooks.register("construct_homepage_panels")
def show_the_day(request, panels):
    panels[:] = [DayPanel(), *(panel for panel in panels if panel.name != "site_summary")]


@hooks.register("construct_main_menu")
def order_menu(request, menu_items):
    for item in menu_items:
        item.order = MENU_ORDER.get(item.name, item.order)


@hooks.register("insert_global_admin_css")
def admin_styles():
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))
