"""The shape of the answers, for OpenAPI; services.api.represent makes the data."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

HTML = "HTML"


class BlockSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    value = serializers.JSONField(help_text="As the block's kind says.")
    id = serializers.CharField()


class OfficeSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    language = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()
    street = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    room = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    opening_hours = serializers.CharField(allow_blank=True, help_text=HTML)
    building_access = serializers.CharField(allow_blank=True, help_text=HTML)


class ServiceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    language = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(help_text="The page for people.")
    leika_key = serializers.CharField(allow_blank=True, help_text="14 digits, beginning with 99.")
    teaser = serializers.CharField(allow_blank=True)
    full_text = serializers.CharField(allow_blank=True, help_text=HTML)
    requirements = serializers.CharField(allow_blank=True, help_text=HTML)
    documents_needed = serializers.CharField(allow_blank=True, help_text=HTML)
    procedure = serializers.CharField(allow_blank=True, help_text=HTML)
    costs = serializers.CharField(allow_blank=True, help_text=HTML)
    deadline = serializers.CharField(allow_blank=True, help_text=HTML)
    processing_time = serializers.CharField(allow_blank=True)
    hints = serializers.CharField(allow_blank=True, help_text=HTML)
    legal_basis = serializers.CharField(allow_blank=True, help_text=HTML)
    review_on = serializers.DateField(allow_null=True)
    office = OfficeSerializer(allow_null=True)
    body = BlockSerializer(many=True, required=False)


class ServiceListSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="All that match.")
    results = ServiceSerializer(many=True)
