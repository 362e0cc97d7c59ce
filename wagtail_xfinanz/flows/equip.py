from __future__ import annotations

import json
from functools import lru_cache

from ..formats.base import BaseFormat
from ..formats.csv.adapter import CsvFormat
from ..formats.csv.profile import Profile, default_profile
from ..formats.xfinanz.adapter import Equipment, XFinanzFormat
from ..mapping import from_json
from ..mapping.plan import Plan, PlanElement
from ..mapping.planning import make_plan
from ..mapping.writer import Writer
from ..models import CsvProfile, FinanceTenant, MappingState, MappingVersion, SchemaPackage
from .load_schema import LoadedSchema, load_schema


def equip(cls: type[BaseFormat], tenant: FinanceTenant) -> BaseFormat:
    """The format, with what the tenant has set up for it."""
    if issubclass(cls, XFinanzFormat):
        return cls(active_equipment(tenant))
    if issubclass(cls, CsvFormat):
        return cls(csv_profile_of(tenant))
    return cls()


def csv_profile_of(tenant: FinanceTenant) -> Profile:
    """The tenant's active profile, without one that of the settings."""
    row = CsvProfile.objects.filter(tenant=tenant, is_active=True).first()
    return row.profile if row else default_profile(tenant.number)


def active_equipment(tenant: FinanceTenant) -> Equipment | None:
    """That of the tenant's active mapping, None without one."""
    row = MappingVersion.objects.filter(tenant=tenant, state=MappingState.ACTIVE).select_related("package").first()
    return _equipment(row.package, row.package.sha256, json.dumps(row.definition, sort_keys=True)) if row else None


@lru_cache(maxsize=32)
def _equipment(package: SchemaPackage, sha256: str, definition: str) -> Equipment:
    """A plan takes longer to make than to use; it is kept for as long as package and mapping say the same."""
    loaded = load_schema(package)
    return equipment_of(make_plan(from_json(json.loads(definition)), loaded.tree), loaded)


def equipment_of(plan: Plan, loaded: LoadedSchema) -> Equipment:
    stream = plan.stream
    parts = [stream] if isinstance(stream, PlanElement) else stream.parts if stream else []
    return Equipment(
        schema=loaded.package.schema,
        root=plan.root.name,
        records=tuple(part.name for part in parts if isinstance(part, PlanElement)),
        write=lambda out, header, lines: Writer(plan, out, header=header, lines=lines).write(),
    )
