"""The files for a server: nginx reads them, and each door's unit is that door's alone."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from surveyapp import config
from tests.needed import need

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
DOORS = [role for role in config.OPENS if role != "all"]
NGINX = Path(shutil.which("nginx") or "/usr/sbin/nginx")


def unit(role):
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str
    read.read_string((DEPLOY / f"candour-{role}.service").read_text())
    return read["Service"]


def groups(role):
    return set(unit(role).get("SupplementaryGroups", "").split())


def check_nginx(folder, text):
    """What `nginx -t` says of a configuration, with a certificate of our own."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    paths = ["-subj", "/CN=example.org", "-keyout", f"{folder}/a.key", "-out", f"{folder}/a.pem"]
    subprocess.run([*made, *paths], check=True, capture_output=True)
    text = re.sub(r"/etc/ssl/\S+\.pem", f"{folder}/a.pem", text)
    text = re.sub(r"/etc/ssl/\S+\.key", f"{folder}/a.key", text)
    whole = folder / "nginx.conf"
    whole.write_text(f"pid {folder}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    command = [str(NGINX), "-t", "-e", f"{folder}/errors", "-c", str(whole)]
    return subprocess.run(command, capture_output=True, text=True)


def test_nginx_takes_the_file(tmp_path):
    need(NGINX)
    text = (DEPLOY / "nginx.conf").read_text()
    assert check_nginx(tmp_path, text).returncode == 0, check_nginx(tmp_path, text).stderr
    assert check_nginx(tmp_path, text.replace("access_log off;", "access_log off")).returncode != 0


def test_no_host_keeps_a_log_or_passes_on_who_asked():
    text = (DEPLOY / "nginx.conf").read_text()
    servers = text.split("\nserver {")[1:]
    hosts = [re.search(r"server_name (\S+?)\.", one)[1] for one in servers]
    assert hosts == ["go", "box", "survey"]
    for one in servers:
        assert "access_log off;" in one
        assert "error_log /dev/null crit;" in one
        assert "proxy_set_header" not in one  # it would let go of those set for all hosts
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "User-Agent", "Referer"):
        assert f'proxy_set_header {header} "";' in text


@pytest.mark.parametrize("role", DOORS)
def test_each_door_has_a_unit_an_account_and_settings_of_its_own(role):
    mine = unit(role)
    assert mine["User"] == f"candour-{role}"
    assert f"CANDOUR_ROLE={role} " in mine["Environment"]
    assert mine["EnvironmentFile"] == f"/etc/candour/{role}.env"
    assert (mine["LimitCORE"], mine["MemorySwapMax"]) == ("0", "0")
    known = (DEPLOY / "candour-sysusers.conf").read_text()
    assert f"u candour-{role} " in known
    assert all(f"g {group}\n" in known for group in groups(role))


def test_no_door_shares_a_folder_of_keys_without_need():
    assert {role: groups(role) for role in DOORS} == {
        "registrar": {"candour-keys-registrar", "candour-keys-desk"},
        "box": set(),
        "office": {
            "candour-keys-registrar",
            "candour-keys-opener",
            "candour-keys-names",
            "candour-keys-review",
            "candour-keys-office",
            "candour-handover",
        },
        "opener": {
            "candour-keys-opener",
            "candour-keys-desk",
            "candour-keys-names",
            "candour-keys-publisher",
            "candour-handover",
        },
        "publisher": {"candour-keys-publisher", "candour-keys-review"},
    }
