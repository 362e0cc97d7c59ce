"""StreamField content of many pages in as many queries as that of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from wagtail.blocks import StreamValue
from wagtail.fields import StreamField


def prefetch_streams(pages: Sequence[Any]) -> None:
    """Load what the choosers in all StreamFields of ``pages`` point to, once per block type.

    Wagtail loads a block type's objects together within one StreamField; here the same is done across pages. Reads
    StreamValue's lazy rows (``_raw_data``, ``_bound_blocks``), which have no public name in Wagtail 7 and 8.
    """
    places: dict[int, list[tuple[Any, StreamValue, int]]] = defaultdict(list)
    for stream in _streams(pages):
        for position, raw in enumerate(stream._raw_data):
            block = stream.stream_block.child_blocks.get(raw["type"])
            if block is not None and stream._bound_blocks[position] is None:
                places[id(block)].append((block, stream, position))
    for found in places.values():
        _bind(found)


def _bind(found: list[tuple[Any, StreamValue, int]]) -> None:
    block = found[0][0]
    values = block.bulk_to_python([stream._raw_data[position]["value"] for _block, stream, position in found])
    for (_block, stream, position), value in zip(found, values, strict=True):
        raw = stream._raw_data[position]
        stream._bound_blocks[position] = StreamValue.StreamChild(block, value, id=raw.get("id"))


def _streams(pages: Iterable[Any]) -> Iterable[StreamValue]:
    for page in pages:
        for field in page._meta.get_fields():
            if isinstance(field, StreamField):
                yield getattr(page, field.attname)
