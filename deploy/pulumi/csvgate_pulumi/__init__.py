"""The resources of csvgate as a Pulumi program.

`program` loads an environment like `csvgate deploy` does and gets the same `Desired`. `build` walks
through its sections and creates each resource with the function that `kinds` has for it, each role
with `roles`, and alerts and dashboard with `monitoring`. `differences` lists what is not the same as
with gcloud, and why.

A kind, field or setting without a counterpart here is an error that names it.
"""
