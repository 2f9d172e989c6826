from django.urls import path

from commerce import webhooks

urlpatterns = [path("webhooks/stripe/<uuid:public_id>/", webhooks.stripe_webhook, name="stripe_webhook")]
