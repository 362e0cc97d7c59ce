"""Schema packages: read safely, compile, look at the element tree. Plain lxml, no database."""

from __future__ import annotations

from .archive import Limits
from .package import Package, PackageRefused, load_package, open_package

__all__ = ["Limits", "Package", "PackageRefused", "load_package", "open_package"]
