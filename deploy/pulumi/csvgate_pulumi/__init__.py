"""The resources of csvgate as a Pulumi program.

`program` loads an environment like `csvgate deploy` does and gets the same `Desired`. `build` walks
through its sections: `kinds` has a function for each kind of resource, `roles` grants roles, and
`monitoring` creates alerts and the dashboard. `differences` lists what differs from gcloud, and
why.

A kind, field or setting without a counterpart here is an error that names it.
"""
