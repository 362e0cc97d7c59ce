from __future__ import annotations

from django.urls.resolvers import URLPattern, URLResolver

app_name = "buergerportal_assistants_api"
urlpatterns: list[URLPattern | URLResolver] = []
