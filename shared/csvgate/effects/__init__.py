"""The statement with which an upload changes rows of its table, pinned before it runs."""
