"""Key files are private, whole, never overwritten, and gone when destroyed."""

import os
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from surveyapp import keys

WAVE = uuid.UUID(int=5)


@pytest.fixture
def folder(app):
    with app.app_context():
        yield keys.directory("registrar", WAVE)


def test_a_key_is_readable_by_its_owner_only(folder):
    keys.put(folder / "one.key", b"secret")
    assert keys.get(folder / "one.key") == b"secret"
    assert (folder / "one.key").stat().st_mode & 0o777 == 0o400
    assert folder.stat().st_mode & 0o077 == 0
    assert [path.name for path in folder.iterdir()] == ["one.key"]


def test_a_key_is_never_overwritten(folder):
    keys.put(folder / "one.key", b"secret")
    with pytest.raises(FileExistsError):
        keys.put(folder / "one.key", b"other")
    assert keys.get(folder / "one.key") == b"secret"
    assert [path.name for path in folder.iterdir()] == ["one.key"]


def test_a_destroyed_key_is_overwritten_first(folder, tmp_path):
    keys.put(folder / "one.key", b"secret")
    (tmp_path / "second name").hardlink_to(folder / "one.key")
    keys.destroy(folder / "one.key")
    assert (tmp_path / "second name").read_bytes() != b"secret"
    with pytest.raises(keys.MissingKey):
        keys.get(folder / "one.key")
    keys.destroy(folder / "one.key")


def test_a_wave_s_keys_go_together_and_no_other_s(folder):
    keys.put(folder / "one.key", b"secret")
    other = keys.directory("registrar", uuid.UUID(int=6)) / "one.key"
    keys.put(other, b"other")
    keys.destroy_all("registrar", WAVE)
    keys.destroy_all("registrar", WAVE)
    assert not folder.exists()
    assert keys.get(other) == b"other"


def test_many_who_ask_first_at_once_get_one_wrapping_key(app):
    def ask(_n):
        with app.app_context():
            return keys.wrapping_key(WAVE, make=True)

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(ask, range(64)))
    assert len(found) == 1
    assert len(found.pop()) == 32
    with app.app_context():
        assert keys.wrapping_key(uuid.UUID(int=6), make=True) != keys.wrapping_key(WAVE)


def test_a_wrapping_key_that_is_gone_is_not_made_anew_by_asking(app):
    with app.app_context(), pytest.raises(keys.MissingKey):
        keys.wrapping_key(WAVE)


GROUP, OPENER, OFFICE = 60_001, 60_002, 60_003


@contextmanager
def acting_as(account):
    mask = os.umask(0o007)
    os.setegid(GROUP)
    os.seteuid(account)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.umask(mask)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as other accounts")
def test_of_two_accounts_that_share_a_folder_both_put_files_and_either_destroys_them(make_app):
    """The opener lays ballots out, and the office takes in what the witness made of them."""
    app = make_app(KEYS_SHARED=True)
    with tempfile.TemporaryDirectory() as there:
        Path(there).chmod(0o711)
        shared = Path(there) / "handover"
        shared.mkdir()
        os.chown(shared, 0, GROUP)
        shared.chmod(0o2770)
        with app.app_context():
            for account, file in ((OPENER, "bundle"), (OFFICE, "peeled")):
                with acting_as(account):
                    keys.put(shared / "wave" / file, b"sealed")
                    keys.replace(shared / "wave" / "word", b"said by each")
            with acting_as(OPENER):
                assert keys.get(shared / "wave" / "peeled") == b"sealed"
                keys.destroy_folder(shared / "wave")
            assert not (shared / "wave").exists()


def test_shared_keys_are_for_the_group_of_their_folder_and_public_ones_for_all(make_app):
    app = make_app(KEYS_SHARED=True)
    with app.app_context():
        wave_id = uuid.uuid4()
        path = keys.directory("registrar", wave_id) / "one.key"
        keys.put(path, b"secret")
        assert path.stat().st_mode & 0o7777 == 0o660
        assert path.parent.stat().st_mode & 0o7777 == 0o2770
        public = keys.directory("public", wave_id) / "one.der"
        keys.put(public, b"known to all")
        assert public.stat().st_mode & 0o7777 == 0o444
        keys.destroy_all("registrar", wave_id)
        assert not path.exists()
