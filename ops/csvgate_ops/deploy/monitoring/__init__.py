"""Alert policies, log-based metrics and a dashboard: from deploy/monitoring to gcloud commands.

`files` reads and renders them for a project, `observe` says through gcloud what there is, `plan`
compares the two and gives commands as plain data; it calls nothing.
"""
