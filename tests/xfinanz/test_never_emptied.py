"""Nobody empties the books at one stroke either."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL knows TRUNCATE"),
]


@pytest.mark.parametrize("emptied", ["batch", "postingrecord", "filechunk", "handoverevent", "dailyclosing"])
def test_the_database_refuses_to_empty_a_table_of_the_books(emptied):
    with pytest.raises(DatabaseError, match="never emptied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE wagtail_xfinanz_{emptied} CASCADE")
