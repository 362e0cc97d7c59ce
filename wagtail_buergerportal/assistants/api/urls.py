from __future__ import annotations

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from . import views

app_name = "buergerportal_assistants_api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("assistants/<slug:slug>/", views.AssistantDefinitionView.as_view(), name="definition"),
]
