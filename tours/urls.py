from django.urls import path

from tours import views

urlpatterns = [
    path("guide/answer/<str:token>/", views.GuideAnswerView.as_view(), name="guide_answer"),
    path("guide/swap/<str:token>/", views.TakeSwapView.as_view(), name="guide_swap"),
]
