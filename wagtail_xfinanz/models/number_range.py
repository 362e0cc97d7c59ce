from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..kassenzeichen import registry
from .tenant import FinanceTenant


def algorithm_choices() -> list[tuple[str, str]]:
    return [(name, str(label)) for name, label in registry.choices()]


class KassenzeichenRange(models.Model):
    """Payment references ``<prefix><counter><check digit>`` of a tenant. The counter only ever grows."""

    tenant = models.ForeignKey(
        FinanceTenant, on_delete=models.PROTECT, related_name="ranges", verbose_name=_("finance tenant")
    )
    prefix = models.CharField(
        _("prefix"), max_length=10, blank=True, help_text=_("Digits only, if there is a check digit.")
    )
    counter_start = models.PositiveBigIntegerField(_("first number"), default=1)
    counter_next = models.PositiveBigIntegerField(_("next number"), default=1, editable=False)
    counter_maximum = models.PositiveBigIntegerField(_("last number"))
    total_length = models.PositiveSmallIntegerField(
        _("total length"), default=13, help_text=_("With prefix and check digit; the counter is filled up with zeros.")
    )
    algorithm = models.CharField(
        _("check digit"), max_length=40, default="iso7064_mod_11_10", choices=algorithm_choices
    )
    warn_at = models.PositiveIntegerField(_("warn when fewer are left than"), default=1000)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("Kassenzeichen range")
        verbose_name_plural = _("Kassenzeichen ranges")
        ordering = ["tenant", "prefix"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(is_active=True), name="xfinanz_one_active_range_per_tenant"
            ),
            models.CheckConstraint(
                condition=Q(counter_next__gte=F("counter_start")) & Q(counter_maximum__gte=F("counter_start")),
                name="xfinanz_range_counter",
            ),
        ]

    def __str__(self) -> str:
        return "–".join(self._span())

    def save(self, *args: object, **kwargs: object) -> None:
        self._begin()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def _begin(self) -> None:
        if self._state.adding and self.counter_start is not None:
            self.counter_next = max(self.counter_next, self.counter_start)

    @property
    def counter_width(self) -> int:
        return max(self.total_length - len(self.prefix) - registry.get(self.algorithm).width, 1)

    @property
    def remaining(self) -> int:
        """Numbers left, unusable ones included."""
        return max(self.counter_maximum - self.counter_next + 1, 0)

    @property
    def is_low(self) -> bool:
        return self.remaining < self.warn_at

    def reference(self, counter: int) -> str | None:
        """The Kassenzeichen of this counter, None if it has no valid check digit."""
        digits = f"{self.prefix}{counter:0{self.counter_width}d}"
        digit = registry.get(self.algorithm).check_digit(digits)
        return None if digit is None else digits + digit

    def clean(self) -> None:
        self._begin()
        if not re.fullmatch(r"[A-Za-z0-9_/-]*", self.prefix):
            raise ValidationError({"prefix": _("Only letters, digits and - / _ are possible.")})
        if self.algorithm != "none" and self.prefix and not re.fullmatch("[0-9]+", self.prefix):
            raise ValidationError({"prefix": _("With a check digit the prefix may only contain digits.")})
        self._clean_counter()
        if self._overlaps():
            raise ValidationError(_("Another range already gives these Kassenzeichen: choose another prefix."))

    def _clean_counter(self) -> None:
        if None in (self.counter_start, self.counter_maximum, self.total_length):
            return
        if not 2 <= self.total_length <= 30:
            raise ValidationError({"total_length": _("Between 2 and 30 characters are possible.")})
        room = self.total_length - len(self.prefix) - registry.get(self.algorithm).width
        if room < len(str(self.counter_maximum)):
            raise ValidationError({"total_length": _("Too short for the last number.")})
        if self.counter_maximum < self.counter_start:
            raise ValidationError({"counter_maximum": _("This is below the first number.")})

    def _overlaps(self) -> bool:
        if self.counter_maximum is None or self.total_length is None:
            return False
        mine = self._span()
        others = KassenzeichenRange.objects.filter(total_length=self.total_length).exclude(pk=self.pk)
        return any(_touch(mine, other._span()) for other in others)

    def _span(self) -> tuple[str, str]:
        """First and last number without check digit; of equal length and so comparable as text."""
        width = self.counter_width
        return f"{self.prefix}{self.counter_start:0{width}d}", f"{self.prefix}{self.counter_maximum:0{width}d}"


def _touch(one: tuple[str, str], two: tuple[str, str]) -> bool:
    return len(one[0]) == len(two[0]) and one[0] <= two[1] and two[0] <= one[1]
