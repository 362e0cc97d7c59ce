from __future__ import annotations

from django.urls.resolvers import URLPattern, URLResolver

app_name = "buergerportal_cases"
urlpatterns: list[URLPattern | URLResolver] = []
