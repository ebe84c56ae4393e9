"""`make load`: a burst of small files and one large file through the local cloud."""
