"""Brings all four stores to the same revision, or none of them."""

from contextlib import ExitStack

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db
options = current_app.extensions["migrate"].configure_args
STORES = {"office": None, "who": "who", "box": "box", "answers": "answers"}


def nothing_to_do(_context, _revision, directives):
    """Write no revision file when no store's models have changed."""
    script = directives[0]
    if all(upgrade.is_empty() for upgrade in script.upgrade_ops_list):
        directives[:] = []


def migrate_all():
    with ExitStack() as stack:
        # Each store's transaction ends only after the last store's steps went through.
        connections = {
            name: stack.enter_context(db.engines[bind].begin()) for name, bind in STORES.items()
        }
        for name, bind in STORES.items():
            context.configure(
                connection=connections[name],
                target_metadata=db.metadatas[bind],
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                process_revision_directives=nothing_to_do,
                **options,
            )
            context.run_migrations(engine_name=name)


migrate_all()
