"""Pulumi runs this file. The name of the stack selects the environment."""

import pulumi

from csvgate_pulumi.program import run

run(pulumi.get_stack())
