from __future__ import annotations

from django.urls import path

from . import files, views

app_name = "buergerportal_cases"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("suchen/", views.find, name="find"),
    path("<str:number>/", views.status, name="status"),
    path("<str:number>/notiert/", views.noted, name="noted"),
    path("<str:number>/antrag.pdf", files.document, name="document"),
    path("<str:number>/datei/<uuid:upload_id>/", files.upload, name="upload"),
]
