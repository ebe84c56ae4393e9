"""The tables of the broker's SQLite file, and how the file is opened."""

import sqlite3
from pathlib import Path

PAGE_BYTES = 16_384
"""Large pages: message bodies are mostly far larger than SQLite's default of 4096."""

VERSION = 1
"""Of the tables below; a file with another one is refused rather than misread."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS topic (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    config BLOB NOT NULL              -- google.pubsub.v1.Topic
);
-- A snapshot is a queue, too: one that nobody pulls from, filled as its subscription was.
CREATE TABLE IF NOT EXISTS queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('subscription', 'snapshot')),
    topic_id INTEGER NOT NULL,        -- 0 once the topic is deleted
    config BLOB NOT NULL              -- google.pubsub.v1.Subscription or Snapshot
);
-- Message ids are reserved in blocks, so that none is given out twice, even when messages that
-- nobody subscribes to are not kept.
CREATE TABLE IF NOT EXISTS reserved (seq INTEGER NOT NULL);
INSERT INTO reserved SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM reserved);
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY,          -- also the message id
    topic_id INTEGER NOT NULL,
    published INTEGER NOT NULL,       -- microseconds since the epoch; grows with seq
    keep_until INTEGER NOT NULL,      -- by the topic's retention, microseconds since the epoch
    ordering_key TEXT NOT NULL,
    size INTEGER NOT NULL,            -- bytes of body
    body BLOB NOT NULL                -- google.pubsub.v1.PubsubMessage, the last column: only
);                                    -- reading it touches the pages it overflows to
CREATE INDEX IF NOT EXISTS message_published ON message (published);
CREATE TABLE IF NOT EXISTS backlog (
    queue_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    acked INTEGER NOT NULL DEFAULT 0, -- 1 only where acknowledged messages are retained
    PRIMARY KEY (queue_id, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS backlog_seq ON backlog (seq);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, in autocommit mode and for use from several threads under a lock.

    Raises sqlite3.DatabaseError when it is no such file, or one of another version.

    WAL with synchronous=NORMAL: whatever was committed survives the death of the process at any
    instant; a power cut may lose the last moments but does not corrupt the file.
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
        raise sqlite3.DatabaseError(f"its version is {version}, this broker's is {VERSION}")
    connection.executescript(SCHEMA)
    connection.execute(f"PRAGMA user_version={VERSION}")
    return connection
