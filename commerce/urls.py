from django.urls import path

from commerce import views

app_name = "commerce"
urlpatterns = [
    path("book/<uuid:tour_public_id>/availability/", views.availability, name="availability"),
    path("book/<uuid:schedule_public_id>/", views.quote, name="quote"),
    path("cart/", views.cart, name="cart"),
    path("cart/badge/", views.cart_badge, name="cart_badge"),
    path("cart/<uuid:schedule_public_id>/remove/", views.remove_line, name="remove_line"),
    path("cart/<uuid:schedule_public_id>/change/", views.change_line, name="change_line"),
    path("cart/code/", views.add_code, name="add_code"),
    path("cart/code/remove/", views.remove_code, name="remove_code"),
    path("cart/code/follow/", views.follow_code, name="follow_code"),
    path("checkout/", views.checkout, name="checkout"),
    path("pay/link/<str:secret>/", views.pay_link, name="pay_link"),
    path("pay/<str:secret>/", views.pay, name="pay"),
    path("pay/<str:secret>/returned/", views.returned, name="returned"),
    path("pay/<str:secret>/method/", views.change_method, name="change_method"),
    path("pay/<str:secret>/more-time/", views.more_time, name="more_time"),
    path("order/<str:secret>/again/", views.again, name="again"),
    path("order/<str:secret>/", views.order, name="order"),
    path("order/<str:secret>/people/", views.participants, name="participants"),
    path("order/<str:secret>/state/", views.order_state, name="order_state"),
    path("order/<str:secret>/change/<uuid:booking_public_id>/", views.change, name="change"),
    path("order/<str:secret>/cancel/", views.cancel, name="cancel"),
    path("order/<str:secret>/calendar.ics", views.order_ics, name="order_ics"),
    path("order/<str:secret>/receipt.pdf", views.order_receipt, name="order_receipt"),
    path("order/<str:secret>/choices/<uuid:choice_public_id>/", views.choice, name="choice"),
    path("orders/find/", views.lost_link, name="lost_link"),
]
