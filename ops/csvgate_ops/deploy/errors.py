"""What can go wrong on the way to a project, as a person is told."""


class DeployError(Exception):
    """Expected: its text names the place and the remedy."""
