from __future__ import annotations

from collections.abc import Callable, Iterator

from .base import BaseLoginProvider


class UnknownProvider(KeyError):
    """No adapter is registered under this name."""


class LoginProviders:
    """Adapters by their name; another instance can be made in tests."""

    def __init__(self) -> None:
        self._by_slug: dict[str, BaseLoginProvider] = {}

    def register(self, slug: str) -> Callable[[type[BaseLoginProvider]], type[BaseLoginProvider]]:
        """Class decorator. Raises ValueError for a name in use or longer than Citizen.provider."""

        def decorate(adapter: type[BaseLoginProvider]) -> type[BaseLoginProvider]:
            if slug in self._by_slug:
                raise ValueError(f'There is a login provider "{slug}" already. Choose another name.')
            if not slug or len(slug) > 40:
                raise ValueError("The name of a login provider has 1 to 40 characters.")
            adapter.slug = slug
            self._by_slug[slug] = adapter()
            return adapter

        return decorate

    def get(self, slug: str) -> BaseLoginProvider:
        try:
            return self._by_slug[slug]
        except KeyError:
            known = ", ".join(self._by_slug) or "none"
            raise UnknownProvider(f'No login provider "{slug}". Registered: {known}.') from None

    def __iter__(self) -> Iterator[BaseLoginProvider]:
        return iter(self._by_slug.values())


providers = LoginProviders()
