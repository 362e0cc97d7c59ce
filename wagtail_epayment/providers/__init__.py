"""Payment providers: the contract in ``base``, the registry in ``registry``, then one folder a vendor.

Imports nothing, since vendors are Django apps below it.
"""

from __future__ import annotations
