from django.urls import path

from devtools import mail_views

app_name = "devtools"
urlpatterns = [
    path("__mail__/", mail_views.mailbox, name="mailbox"),
    path("__mail__/<slug:key>/", mail_views.mail, name="mail"),
    path("__mail__/<slug:key>/html/", mail_views.mail_html, name="mail_html"),
]
