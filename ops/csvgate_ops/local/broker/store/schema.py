"""The tables of the broker's SQLite file, and how the file is opened."""

import sqlite3
from pathlib import Path

PAGE_BYTES = 16_384
"""Most message bodies are far larger than SQLite's default page of 4,096 bytes."""

VERSION = 2
"""The version of the tables below; a file of another version is refused, not misread."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS topic (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    config BLOB NOT NULL              -- google.pubsub.v1.Topic
);
CREATE TABLE IF NOT EXISTS subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    topic_id INTEGER NOT NULL,        -- 0 once the topic is deleted
    config BLOB NOT NULL              -- google.pubsub.v1.Subscription
);
-- Message ids are reserved in blocks, so that no id is used twice, although messages without a
-- subscription are not stored.
CREATE TABLE IF NOT EXISTS reserved (seq INTEGER NOT NULL);
INSERT INTO reserved SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM reserved);
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY,          -- also the message id
    published INTEGER NOT NULL,       -- microseconds since the epoch; never decreases with seq
    size INTEGER NOT NULL,            -- bytes of body
    body BLOB NOT NULL                -- google.pubsub.v1.PubsubMessage; the last column, so that
);                                    -- only reading it touches its overflow pages
CREATE INDEX IF NOT EXISTS message_published ON message (published);
CREATE TABLE IF NOT EXISTS backlog (
    subscription_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subscription_id, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS backlog_seq ON backlog (seq);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file in autocommit mode, for use by several threads under a lock.

    Raises sqlite3.DatabaseError when the file is not an SQLite file or has another version.

    WAL with synchronous=NORMAL: whatever was committed survives the death of the process at any
    instant; a power cut may lose the last commits but does not corrupt the file.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint=2000")
    connection.execute("PRAGMA cache_size=-16000")
    [(version,)] = connection.execute("PRAGMA user_version")
    if version not in (0, VERSION):
        connection.close()
        raise sqlite3.DatabaseError(
            f"it was written by version {version} of the broker, and this is version {VERSION}; "
            "delete the directory to start without its messages"
        )
    connection.executescript(SCHEMA)
    connection.execute(f"PRAGMA user_version={VERSION}")
    return connection
