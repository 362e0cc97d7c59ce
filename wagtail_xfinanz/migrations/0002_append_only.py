"""Released bookkeeping is unchangeable: the database itself refuses (PostgreSQL and SQLite)."""

from __future__ import annotations

from django.db import migrations

BATCH, POSTING = "wagtail_xfinanz_batch", "wagtail_xfinanz_postingrecord"
FILE, CHUNK = "wagtail_xfinanz_batchfile", "wagtail_xfinanz_filechunk"
OPEN = "('draft', 'certified')"
FROZEN = (
    "tenant_id", "budget_year", "number", "chain_position", "count", "total_cents", "previous_hash", "content_hash",
    "certified_by_id", "certified_at", "released_by_id", "released_at", "created_by_id",
)


def _state(row):
    return f"(SELECT state FROM {BATCH} WHERE id = {row}.batch_id)"


def _changed(operator):
    return " OR ".join(f"NEW.{name} {operator} OLD.{name}" for name in FROZEN)


# name, table, verb, condition
RULES = [
    ("file_update", FILE, "UPDATE", "", "Files of batches are never changed."),
    ("file_delete", FILE, "DELETE", "", "Files of batches are never deleted."),
    ("chunk_update", CHUNK, "UPDATE", "", "Files of batches are never changed."),
    ("chunk_delete", CHUNK, "DELETE", "", "Files of batches are never deleted."),
    ("posting_update", POSTING, "UPDATE", "", "Postings are never changed."),
    ("posting_delete", POSTING, "DELETE", f"{_state('OLD')} NOT IN {OPEN}", "Released postings are never deleted."),
    ("posting_insert", POSTING, "INSERT", f"{_state('NEW')} <> 'draft'", "Postings join drafts only."),
    ("batch_delete", BATCH, "DELETE", f"OLD.state NOT IN {OPEN}", "Released batches are never deleted."),
    (
        "batch_update", BATCH, "UPDATE",
        f"OLD.state NOT IN {OPEN} AND (NEW.state IN {OPEN} OR {{changed}})",
        "Released batches are never changed.",
    ),
]


def _postgres():
    for name, table, verb, condition, message in RULES:
        when = f"WHEN ({condition.format(changed=_changed('IS DISTINCT FROM'))})" if condition else ""
        row = "OLD" if verb == "DELETE" else "NEW"
        body = f"RAISE EXCEPTION '{message}';"
        if "SELECT" in condition:
            body, when = f"IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; RETURN {row};", ""
        yield (
            f"CREATE FUNCTION wagtail_xfinanz_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;"
            f"CREATE TRIGGER wagtail_xfinanz_{name} BEFORE {verb} ON {table} FOR EACH ROW {when} "
            f"EXECUTE FUNCTION wagtail_xfinanz_{name}();"
        )


def _sqlite():
    for name, table, verb, condition, message in RULES:
        when = f"WHEN {condition.format(changed=_changed('IS NOT'))}" if condition else ""
        yield (
            f"CREATE TRIGGER wagtail_xfinanz_{name} BEFORE {verb} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def forwards(apps, schema_editor):
    for statement in {"postgresql": _postgres, "sqlite": _sqlite}.get(schema_editor.connection.vendor, list)():
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, table, *_rest in RULES:
        if vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION wagtail_xfinanz_{name}() CASCADE")
        elif vendor == "sqlite":
            # 0013 taken back has built the table of postings anew, without its triggers.
            schema_editor.execute(f"DROP TRIGGER IF EXISTS wagtail_xfinanz_{name}")


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
