"""Running a plan with gcloud and bq."""
