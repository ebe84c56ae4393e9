"""What an upload does to a table that is not appended to: one statement, pinned before it runs."""
