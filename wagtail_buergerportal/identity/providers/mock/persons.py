"""People who do not exist. Their names are as inconvenient as real ones."""

from __future__ import annotations

from collections.abc import Mapping

PERSONS: Mapping[str, Mapping[str, str]] = {
    "erika": {
        "first_name": "Erika",
        "last_name": "Mustermann",
        "email": "erika@example.org",
        "street": "Heidestraße",
        "house_number": "17",
        "postal_code": "51147",
        "city": "Köln",
        "birth_date": "1983-08-12",
    },
    "lukasz": {
        "first_name": "Łukasz",
        "last_name": "Świątek-O’Brien",
        "email": "lukasz@example.org",
        "street": "Am Sägewerk",
        "house_number": "3 b",
        "postal_code": "58285",
        "city": "Musterstadt",
        "birth_date": "1971-02-28",
    },
    "mononym": {"first_name": "", "last_name": "Suharto", "city": "Musterstadt", "birth_date": "1990-01-01"},
}
