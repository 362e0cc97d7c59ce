"""A subscriber that keeps a list: told twice, it would show it."""

from __future__ import annotations

from django.db import connection

from wagtail_epayment.models import OutboxEvent

TOLD = "torture.told"


def make_list() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS torture_told")
        cursor.execute("CREATE TABLE torture_told (event integer NOT NULL)")


def tell(event: OutboxEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO torture_told VALUES (%s)", [event.pk])


def told() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT event FROM torture_told ORDER BY event")
        return [row[0] for row in cursor.fetchall()]
