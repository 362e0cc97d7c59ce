from __future__ import annotations

import pytest

from tests.xfinanz.mapping.pages import installed
from tests.xfinanz.mapping.samples import ORDERS
from wagtail_xfinanz.flows import change_mapping, create_mapping
from wagtail_xfinanz.mapping import Mapping


@pytest.fixture
def empty(tenant, anna):
    return create_mapping(tenant, package=installed(), mapping=Mapping(ORDERS.message), name="Kasse", by=anna)


@pytest.fixture
def full(empty, anna):
    return change_mapping(empty, entries=ORDERS.entries, by=anna)
