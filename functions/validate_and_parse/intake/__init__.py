"""Pin an uploaded CSV to a plan, validate it, and publish its chunks and its reject file."""
