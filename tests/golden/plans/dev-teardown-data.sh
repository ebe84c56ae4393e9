# teardown-data of dev
set -euo pipefail
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

# Alerts and dashboard
gcloud alpha monitoring policies delete policies/dead-letters-expiring --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/dead-letters-old --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/dead-letters --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/failed-uploads --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/function-errors --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/quota-exceeded --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/quota-used --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/saturated --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/several-failed-uploads --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/slow-uploads --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/unsent-emails --quiet --project=example-csvgate-dev
gcloud alpha monitoring policies delete policies/waiting-events --quiet --project=example-csvgate-dev
gcloud monitoring dashboards delete csvgate --quiet --project=example-csvgate-dev
gcloud logging metrics delete csvgate_failed_uploads --quiet --project=example-csvgate-dev
gcloud logging metrics delete csvgate_retries --quiet --project=example-csvgate-dev
gcloud logging metrics delete csvgate_saturated_requests --quiet --project=example-csvgate-dev
gcloud logging metrics delete csvgate_unsent_emails --quiet --project=example-csvgate-dev
gcloud logging metrics delete csvgate_upload_seconds --quiet --project=example-csvgate-dev
gcloud logging metrics delete csvgate_uploader_letters --quiet --project=example-csvgate-dev
gcloud beta monitoring channels delete channels/0 --quiet --project=example-csvgate-dev

# Triggers and their subscriptions
gcloud eventarc triggers delete validate-and-parse --location=europe-west1 --project=example-csvgate-dev
gcloud eventarc triggers delete enrich-records --location=europe-west1 --project=example-csvgate-dev
gcloud eventarc triggers delete notify-stakeholders --location=europe-west1 --project=example-csvgate-dev

# Functions
gcloud functions delete validate-and-parse --region=europe-west1 --project=example-csvgate-dev
gcloud functions delete enrich-records --region=europe-west1 --project=example-csvgate-dev
gcloud functions delete notify-stakeholders --region=europe-west1 --project=example-csvgate-dev

# Images
gcloud artifacts repositories delete csvgate --location=europe-west1 --project=example-csvgate-dev

# Subscriptions that people read
gcloud pubsub subscriptions delete notify-stakeholders-dead-letter-review --project=example-csvgate-dev
gcloud pubsub subscriptions delete enrich-records-dead-letter-review --project=example-csvgate-dev
gcloud pubsub subscriptions delete validate-and-parse-dead-letter-review --project=example-csvgate-dev

# Topics
gcloud pubsub topics delete notify-stakeholders-dead-letter --project=example-csvgate-dev
gcloud pubsub topics delete enrich-records-dead-letter --project=example-csvgate-dev
gcloud pubsub topics delete validate-and-parse-dead-letter --project=example-csvgate-dev
gcloud pubsub topics delete enrichment-complete --project=example-csvgate-dev
gcloud pubsub topics delete validated-records --project=example-csvgate-dev

# Datasets
bq --project_id=example-csvgate-dev rm -r -f --dataset sales

# Buckets
gcloud storage rm --recursive gs://example-csvgate-dev-contracts --project=example-csvgate-dev
gcloud storage rm --recursive gs://example-csvgate-dev-references --project=example-csvgate-dev
gcloud storage buckets update gs://example-csvgate-dev-audit --clear-retention-period --project=example-csvgate-dev
gcloud storage rm --recursive gs://example-csvgate-dev-audit --project=example-csvgate-dev
gcloud storage rm --recursive gs://example-csvgate-dev-ledger --project=example-csvgate-dev
gcloud storage rm --recursive gs://example-csvgate-dev-staging --project=example-csvgate-dev
gcloud storage rm --recursive gs://example-csvgate-dev-rejects --project=example-csvgate-dev
gcloud storage rm --recursive gs://example-csvgate-dev-uploads --project=example-csvgate-dev

# Secrets
gcloud secrets delete sendgrid-api-key --project=example-csvgate-dev

# Roles
gcloud projects remove-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/bigquery.jobUser --condition=None
gcloud projects remove-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --role=roles/eventarc.eventReceiver --condition=None
gcloud projects remove-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --role=roles/logging.logWriter --condition=None
gcloud projects remove-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")'

# Custom roles
gcloud iam roles delete csvgateLoader --project=example-csvgate-dev

# Service accounts
gcloud iam service-accounts delete csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud iam service-accounts delete csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud iam service-accounts delete csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud iam service-accounts delete csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud iam service-accounts delete csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev

# Summary: create 0, change 0, delete 54, unchanged 23
