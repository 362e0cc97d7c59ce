"""The contract of a login provider. An adapter never touches the database and never reads a request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..models import AssuranceLevel


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider says about somebody who has just logged in there.

    ``subject`` is the person's lasting key at the provider, never an e-mail address that may change hands.
    ``verified`` are the keys of ``profile`` the provider vouches for.
    """

    provider: str
    subject: str
    level: AssuranceLevel
    profile: Mapping[str, str] = field(default_factory=dict, repr=False)
    verified: frozenset[str] = frozenset()


class BaseLoginProvider(ABC):
    """One way to log in. ``label`` and ``description`` are read by citizens."""

    slug: ClassVar[str] = ""
    label: ClassVar[Any]
    description: ClassVar[Any]
    button: ClassVar[Any]
    #: Whether it counts as the state account in a commune's login policy.
    is_state_account: ClassVar[bool] = False
    #: The highest level it can vouch for.
    level: ClassVar[AssuranceLevel]

    @abstractmethod
    def is_usable(self) -> bool:
        """Whether the installation's settings allow it. Called at each login, so it must be cheap."""

    @abstractmethod
    def start_url(self) -> str:
        """Path where logging in begins; gets ``?next=`` from the caller."""
