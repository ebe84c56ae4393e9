"""From the topology to a project on Google Cloud: topology → plan → execute.

`environment` reads deploy/env/NAME.yaml, `settle` lays it over the topology. `desired` says, as
plain data, what must be there (`resources`, `function_resources`, `roles`); `observe` reads what
is, through gcloud. `planner` compares the two and gives an ordered list of commands, each with its
reason; it calls nothing. `script` prints a plan as a shell script, `execute` runs it. `teardown`
plans the way back. Each module of `kinds` knows one kind of resource: how it is listed, made,
changed and deleted. `watching` takes alerts and dashboard from `csvgate_ops.deploy.monitoring`.

`stage` makes the folders that functions are built from, out of what `reach` finds they import.

Nothing is remembered between two runs: what a run left undone is what the next one finds missing.
"""
