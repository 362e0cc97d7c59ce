from __future__ import annotations

from django.urls.resolvers import URLPattern, URLResolver

app_name = "sandbox_bank"
urlpatterns: list[URLPattern | URLResolver] = []
