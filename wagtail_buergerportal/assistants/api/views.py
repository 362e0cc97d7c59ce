"""The definition of a placed assistant for a front end that is not ours."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from wagtail.models import Site

from ..definition import from_json
from ..models import AssistantPlacement
from ..offer import describe
from ..releases import current_release
from .schema import represent


class FeeSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    amount_cents = serializers.IntegerField(help_text="Cents each, tax included, as of today.")


class AssistantSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    release = serializers.IntegerField(help_text="Grows with every published change.")
    content_hash = serializers.CharField()
    language = serializers.CharField()
    title = serializers.CharField()
    intro = serializers.CharField()
    needed = serializers.ListField(child=serializers.CharField())
    duration_minutes = serializers.IntegerField()
    processing_time = serializers.CharField()
    min_level = serializers.IntegerField(help_text="0: no login needed.")
    payment_policy = serializers.ChoiceField(choices=["none", "optional", "required"])
    fees = FeeSerializer(many=True)
    start_url = serializers.CharField(help_text="The page where people begin.")
    json_schema = serializers.JSONField(help_text="JSON Schema (2020-12) of the answers of all questions.")
    ui = serializers.JSONField(help_text="Steps and questions in order, with labels, help, conditions and limits.")


class AssistantProblemSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()


class AssistantDefinitionView(APIView):
    """What an assistant asks and costs in this commune, in the language asked for."""

    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @extend_schema(
        operation_id="assistant_definition",
        parameters=[OpenApiParameter("lang", str, description="Language, e.g. “en”; else that of the request.")],
        responses={200: AssistantSerializer, 404: AssistantProblemSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = AssistantPlacement.objects.select_related("assistant__locale", "site")
        site = Site.find_for_request(request._request)
        placement = rows.filter(site=site, slug=slug, is_active=True).first()
        release = current_release(placement, request.query_params.get("lang")) if placement else None
        if placement is None or release is None:
            raise Http404
        definition = from_json(release.definition)
        offer = describe(placement, definition)
        data = {
            "slug": placement.slug,
            "release": release.number,
            "content_hash": release.content_hash,
            "language": release.language,
            "title": offer.title,
            "intro": offer.intro,
            "needed": offer.needed,
            "duration_minutes": offer.duration_minutes,
            "processing_time": offer.processing_time,
            "min_level": offer.min_level,
            "payment_policy": placement.payment_policy,
            "fees": offer.fees,
            "start_url": request.build_absolute_uri(offer.url),
            **represent(definition),
        }
        return Response(AssistantSerializer(data).data)
