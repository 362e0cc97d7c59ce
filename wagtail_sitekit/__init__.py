"""The ground all three packages stand on: typed settings, money text, site scoping, encryption, PDF/UA.

A plain library: no models, no migrations, nothing for INSTALLED_APPS.
"""

from __future__ import annotations
