"""Providers by name: ``@providers.register("sandbox")``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from django.utils.functional import SimpleLazyObject

from .. import conf
from ..errors import ContractNotUsable, UnknownProvider
from ..models import PaymentContract
from .base import BaseProvider, ContractView


class ProviderRegistry:
    """Keeps the providers of an installation; tests may make their own."""

    def __init__(self) -> None:
        self._classes: dict[str, type[BaseProvider]] = {}

    def register(self, name: str) -> Callable[[type[BaseProvider]], type[BaseProvider]]:
        """Class decorator. Raises ValueError if the name is taken by another class or too long."""

        def decorate(cls: type[BaseProvider]) -> type[BaseProvider]:
            if len(name) > 40:
                raise ValueError(f'The provider name "{name}" is longer than 40 characters.')
            if self._classes.get(name, cls) is not cls:
                raise ValueError(f'A provider "{name}" is registered already: {self._classes[name].__qualname__}.')
            cls.name = name
            self._classes[name] = cls
            return cls

        return decorate

    def get(self, name: str) -> type[BaseProvider]:
        """Raises UnknownProvider naming those that exist."""
        try:
            return self._classes[name]
        except KeyError:
            known = ", ".join(sorted(self._classes)) or "none"
            raise UnknownProvider(f'There is no payment provider "{name}". Known: {known}.') from None

    def enabled(self) -> Iterator[type[BaseProvider]]:
        """The registered providers this site's settings allow, in the order of the setting."""
        return (self._classes[name] for name in conf.get().PROVIDERS if name in self._classes)

    def __iter__(self) -> Iterator[type[BaseProvider]]:
        """Every registered provider, enabled or not."""
        return iter(list(self._classes.values()))

    def __contains__(self, name: object) -> bool:
        return name in self._classes

    def for_contract(self, contract: PaymentContract) -> BaseProvider:
        """The adapter that speaks for ``contract``. Raises ContractNotUsable if its provider is not enabled."""
        settings = conf.get()
        if contract.provider not in settings.PROVIDERS:
            raise ContractNotUsable(
                f'Provider "{contract.provider}" is not enabled: add it to WAGTAIL_EPAYMENT["PROVIDERS"].'
            )
        view = ContractView(
            credentials=contract.credentials,
            options=contract.options,
            is_live=contract.is_live,
            timeout=settings.PROVIDER_TIMEOUT,
            methods=_methods(contract),
        )
        return self.get(contract.provider)(view)


def _methods(contract: PaymentContract) -> Sequence[str]:
    """Read when an adapter asks: a notification can do without."""
    return cast(Sequence[str], SimpleLazyObject(lambda: tuple(contract.methods.values_list("code", flat=True))))


#: The registry of the installation.
providers = ProviderRegistry()
