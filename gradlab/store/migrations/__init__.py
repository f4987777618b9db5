"""From the schema of an older gradlab to today's, one small file per step.

Writing into an old store brings its file to the newest version, in one transaction:
whatever interrupts it, the old store stands as it was. Reading one changes nothing on
disk: the tables that a step changes are laid again in memory, over those of the file.

A step reads tables by their bare names and writes them into the schema it is told, so
that the same lines serve both.
"""

import sqlite3

from gradlab.store import schema
from gradlab.store.migrations import v1_to_v2


STEPS = {1: v1_to_v2.step}
"""From which version -> the step that leads to the next."""


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a store that is open for writing to the newest version, all or nothing."""
    if schema.version(connection) == schema.VERSION:
        return
    connection.execute("begin immediate")
    try:
        for old in range(schema.version(connection), schema.VERSION):
            STEPS[old](connection, "main")
        connection.execute(f"pragma user_version={schema.VERSION}")
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def overlay(connection: sqlite3.Connection) -> None:
    """Let a reader of an older store see it in the newest form; the file stays."""
    if schema.version(connection) == schema.VERSION:
        return
    connection.execute("pragma temp_store=memory")
    for old in range(schema.version(connection), schema.VERSION):
        STEPS[old](connection, "temp")
    connection.commit()
