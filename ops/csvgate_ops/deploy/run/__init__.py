"""Run a plan with gcloud and bq."""
