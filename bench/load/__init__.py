"""How much the local cloud takes at once: a burst of small files, and one large file."""
