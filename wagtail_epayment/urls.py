"""Citizens' payment pages and the providers' notify address: ``path("zahlung/", include("wagtail_epayment.urls"))``."""

from __future__ import annotations

from django.urls import path

from .web import notify, views

app_name = "wagtail_epayment"
urlpatterns = [
    path("melden/<slug:provider>/<int:contract_id>/", notify.notify, name="notify"),
    path("zurueck/<slug:return_token>/", views.back, name="back"),
    path("<slug:token>/beleg/<int:entry_id>/", views.receipt, name="receipt"),
    path("<slug:token>/", views.pay, name="pay"),
]
