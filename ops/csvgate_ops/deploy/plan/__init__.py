"""Planning: from desired and observed resources to an ordered list of commands."""
