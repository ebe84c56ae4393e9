"""The services of the stand-in project, one per module."""
