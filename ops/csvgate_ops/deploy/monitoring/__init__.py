"""Alert policies, log-based metrics and a dashboard: from deploy/monitoring to gcloud commands.

`files` reads and renders them for a project, `observe` reads through gcloud what the project has,
and `plan` compares the two and returns commands as plain data; it runs nothing.
"""
