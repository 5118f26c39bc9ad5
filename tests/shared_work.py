"""Work that every application in one test process would do again with the same result: compiling
templates and addresses, finding primes, and making empty tables. Each application is still new."""

import sqlite3
from collections import deque
from contextlib import contextmanager
from unittest import mock

from flask import Flask
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

_BUILDERS = {}
_EMPTY = {}
# Signing keys by their length in bits, and how many of each are made.
_KEYS = {1024: deque(), 3072: deque()}
RINGS = {1024: 16, 3072: 4}


class _KnownRule(Rule):
    """An address whose builder is compiled the first time only; it depends on nothing else."""

    def _compile_builder(self, append_unknown=True):
        known = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if known not in _BUILDERS:
            _BUILDERS[known] = super()._compile_builder(append_unknown)
        return _BUILDERS[known]


class _Templates(BytecodeCache):
    """Compiled templates, known by their name and their text."""

    def __init__(self):
        self.compiled = {}

    def load_bytecode(self, bucket):
        bucket.code = self.compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self.compiled[bucket.key, bucket.checksum] = bucket.code


_TEMPLATES = _Templates()


@contextmanager
def known_addresses():
    """Applications made inside compile no address a second time."""
    with mock.patch.object(Flask, "url_rule_class", _KnownRule):
        yield


@contextmanager
def known_keys():
    """Signing keys made inside come from a ring of them; two in a row differ."""
    from surveyapp.crypto import blind

    make = blind.generate

    def known(bits):
        if bits not in _KEYS:
            return make(bits)
        ring = _KEYS[bits]
        if len(ring) < RINGS[bits]:
            ring.append(make(bits))
        else:
            ring.rotate(-1)
        return ring[-1]

    with mock.patch.object(blind, "generate", known):
        yield


def share_templates(app):
    """Let this application use the templates that others have compiled."""
    app.jinja_env.bytecode_cache = _TEMPLATES


def make_tables(db):
    """Every store's tables; in memory they are copied from those of the first application."""
    for store, engine in db.engines.items():
        if engine.url.database not in (None, "", ":memory:") or engine.dialect.name != "sqlite":
            db.create_all(bind_key=store)
            continue
        connection = engine.raw_connection()
        if store in _EMPTY:
            _EMPTY[store].backup(connection.driver_connection)
        else:
            db.create_all(bind_key=store)
            _EMPTY[store] = sqlite3.connect(":memory:", check_same_thread=False)
            connection.driver_connection.backup(_EMPTY[store])
        connection.close()
