"""Whose portal this is, for a front end that is not ours."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from wagtail.rich_text import expand_db_html

from ..colours import readable_on_white, text_on
from ..current import commune_of
from ..models import CommuneSettings, Department


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    class Meta:
        model = Department
        fields = ["name", "email", "phone"]


class CommuneSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    ags = serializers.CharField(allow_blank=True, help_text="Official municipality key, 8 digits.")
    ars = serializers.CharField(allow_blank=True, help_text="Official regional key, 12 digits.")
    contact_name = serializers.CharField(allow_blank=True)
    contact_phone = serializers.CharField(allow_blank=True)
    contact_email = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    colour = serializers.CharField(help_text="#rrggbb")
    text_on_colour = serializers.CharField(help_text="Readable on the colour: at least 4.5 to 1.")
    link_colour = serializers.CharField(help_text="Readable on white: at least 4.5 to 1.")
    logo_url = serializers.CharField(allow_null=True)
    languages = serializers.ListField(child=serializers.CharField())
    imprint = serializers.CharField(allow_blank=True, help_text="HTML")
    privacy = serializers.CharField(allow_blank=True, help_text="HTML")
    accessibility = serializers.CharField(allow_blank=True, help_text="HTML")
    contact_url = serializers.CharField()
    departments = DepartmentSerializer(many=True)


class CommuneView(APIView):
    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @extend_schema(operation_id="commune", summary="The commune whose host was asked", responses=CommuneSerializer)
    def get(self, request: Request) -> Response:
        town = commune_of(request._request)
        if town is None:
            raise Http404
        return Response(CommuneSerializer(_data(town, request)).data)


def _data(town: CommuneSettings, request: Request) -> dict[str, Any]:
    same = ("name", "ags", "ars", "contact_name", "contact_phone", "contact_email", "address")
    texts = ("imprint", "privacy", "accessibility")
    return {
        **{name: getattr(town, name) for name in same},
        **{name: expand_db_html(getattr(town, name)) for name in texts},
        "colour": town.primary_colour,
        "text_on_colour": text_on(town.primary_colour),
        "link_colour": readable_on_white(town.primary_colour),
        "logo_url": _logo(town, request),
        "languages": [code for code, _name in settings.LANGUAGES],
        "contact_url": request.build_absolute_uri(reverse("buergerportal_communes:contact")),
        "departments": Department.objects.filter(site=town.site),
    }


def _logo(town: CommuneSettings, request: Request) -> str | None:
    if town.logo is None:
        return None
    return request.build_absolute_uri(town.logo.get_rendition("height-96").url)
