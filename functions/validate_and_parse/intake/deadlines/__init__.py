"""How long an upload may take, and what becomes of one that takes longer."""
