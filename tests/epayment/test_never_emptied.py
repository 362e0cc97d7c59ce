"""Nobody empties the ledger at one stroke either."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL knows TRUNCATE"),
]


@pytest.mark.parametrize("emptied", ["ledgerentry", "decision", "paymentorder", "providermessage"])
def test_the_database_refuses_to_empty_a_table_the_ledger_hangs_on(under_way, order, emptied):
    under_way.says()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="never emptied"), transaction.atomic():
            cursor.execute(f"TRUNCATE wagtail_epayment_{emptied} CASCADE")
    assert order.entries.count() == 1
