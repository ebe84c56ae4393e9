"""Deploy to Google Cloud: topology → plan → execution.

`environment` reads deploy/env/NAME.yaml and lays it over the topology. `plan.desired` describes, as
plain data, what the project should have, and `plan.observe` reads what it has, through gcloud.
`plan.planner` compares the two and returns an ordered list of commands; it runs nothing.
`plan.script` prints a plan as a shell script, `plan.saved` saves one for a review, and
`run.execute` runs it. `plan.teardown` plans the removal, and `plan.remaining` says what it leaves.
Each module of `kinds` declares one kind of resource: how it is listed, created, changed
and deleted, and what follows from its faults. `monitoring` plans alerts and the dashboard.

`staging` builds the source folders of the functions from the modules that they import. `doctor`
compares a project with the topology and explains each fault, `smoke` sends one upload through it,
and `estimate` calculates what an upload costs. `deployer` describes the accounts with which GitHub
plans and deploys.

Nothing is remembered between two runs: what one run left undone, the next one finds missing.
"""


class DeployError(Exception):
    """An expected failure. Its message says where it is and what to do."""
