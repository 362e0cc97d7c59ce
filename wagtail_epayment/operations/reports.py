"""The figures as a health report (JSON) and as metrics (Prometheus)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from wagtail.models import Site

from .figures import Taken

_PREFIX = "epayment_"


def health(taken: Sequence[Taken], sites: Sequence[Site]) -> dict[str, Any]:
    """All sites together, and each of ``sites`` by its host name."""
    return {
        "status": _status(taken),
        "checked_at": timezone.now().isoformat(),
        "attention": [each.measure.name for each in taken if each.is_alarming],
        "figures": _figures(taken),
        "sites": {site.hostname: _of_site(taken, site) for site in sites},
    }


def _of_site(taken: Sequence[Taken], site: Site) -> dict[str, Any]:
    own = [each.of_site(site.pk) for each in taken]
    return {"status": _status(own), "figures": _figures(own)}


def _status(taken: Sequence[Taken]) -> str:
    return "attention" if any(each.is_alarming for each in taken) else "ok"


def _figures(taken: Sequence[Taken]) -> dict[str, Any]:
    return {each.measure.name: _figure(each) for each in taken}


def _figure(taken: Taken) -> Any:
    total = taken.total()
    if taken.measure.labels:
        return {"/".join(labels): value for labels, value in sorted(total.items())}
    return total.get((), 0)


def metrics(taken: Sequence[Taken], sites: Sequence[Site], *, accept: str) -> tuple[bytes, str]:
    """The text a monitoring system reads, and its content type: per site if ``sites`` are given, else in sum."""
    registry = CollectorRegistry()
    registry.register(_Collector(taken, {site.pk: site.hostname for site in sites}))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Collector:
    """Tells a registry of its own what was taken; the process-wide registry of the library stays untouched."""

    def __init__(self, taken: Sequence[Taken], hosts: dict[int, str]) -> None:
        self.taken, self.hosts = taken, hosts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for each in self.taken:
            yield self._per_site(each) if self.hosts else self._in_sum(each)

    def _per_site(self, taken: Taken) -> GaugeMetricFamily:
        family = _family(taken, "site")
        for reading in taken.readings:
            family.add_metric([self.hosts[reading.site_id], *reading.labels], reading.value)
        return family

    def _in_sum(self, taken: Taken) -> GaugeMetricFamily:
        family = _family(taken)
        total = taken.total() or ({} if taken.measure.labels else {(): 0.0})
        for labels, value in total.items():
            family.add_metric(labels, value)
        return family


def _family(taken: Taken, *more: str) -> GaugeMetricFamily:
    measure = taken.measure
    return GaugeMetricFamily(_PREFIX + measure.name, measure.help, labels=[*more, *measure.labels])
