from __future__ import annotations

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from . import views
from .steps import step

app_name = "buergerportal_assistants"
urlpatterns: list[URLPattern | URLResolver] = [
    path("<slug:slug>/", views.start, name="start"),
    path("<slug:slug>/<uuid:draft_id>/pruefen/", views.review, name="review"),
    path("<slug:slug>/<uuid:draft_id>/absenden/", views.send, name="send"),
    path("<slug:slug>/<uuid:draft_id>/verwerfen/", views.throw_away, name="discard"),
    path("<slug:slug>/<uuid:draft_id>/<slug:key>/", step, name="step"),
]
