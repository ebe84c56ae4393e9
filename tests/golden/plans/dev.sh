# Deploy dev to an empty project.
# Run from the repository, after `make stage`.
set -euo pipefail
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

# APIs
gcloud services enable artifactregistry.googleapis.com bigquery.googleapis.com bigquerystorage.googleapis.com cloudbuild.googleapis.com cloudfunctions.googleapis.com cloudresourcemanager.googleapis.com eventarc.googleapis.com iam.googleapis.com iamcredentials.googleapis.com logging.googleapis.com pubsub.googleapis.com run.googleapis.com secretmanager.googleapis.com serviceusage.googleapis.com storage.googleapis.com \
  --project=example-csvgate-dev

# Service agents
gcloud beta services identity create --service=pubsub.googleapis.com --project=example-csvgate-dev
gcloud beta services identity create --service=eventarc.googleapis.com --project=example-csvgate-dev
gcloud storage service-agent --project=example-csvgate-dev

# Service accounts
gcloud iam service-accounts create csvgate-validate '--display-name=csvgate validate_and_parse' --project=example-csvgate-dev
gcloud iam service-accounts create csvgate-enrich '--display-name=csvgate enrich_records' --project=example-csvgate-dev
gcloud iam service-accounts create csvgate-notify '--display-name=csvgate notify_stakeholders' --project=example-csvgate-dev
gcloud iam service-accounts create csvgate-triggers '--display-name=csvgate Eventarc triggers' --project=example-csvgate-dev
gcloud iam service-accounts create csvgate-build '--display-name=csvgate image builds' --project=example-csvgate-dev

# Secrets
gcloud secrets create sendgrid-api-key --replication-policy=automatic --project=example-csvgate-dev
# by hand, before: gcloud secrets versions add sendgrid-api-key --data-file=- --project=example-csvgate-dev < FILE
[[ $(gcloud secrets versions describe latest --secret=sendgrid-api-key '--format=value(state)' --project=example-csvgate-dev) == ENABLED ]]

# Images
gcloud artifacts repositories create csvgate --repository-format=docker --location=europe-west1 --project=example-csvgate-dev

# Buckets
printf '%s' '{"rule":[{"action":{"type":"Delete"},"condition":{"daysSinceNoncurrentTime":30}}]}' > build/lifecycle-example-csvgate-dev-uploads.json
gcloud storage buckets create gs://example-csvgate-dev-uploads --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-dev-uploads.json --project=example-csvgate-dev
gcloud storage buckets update gs://example-csvgate-dev-uploads --versioning --project=example-csvgate-dev
printf '%s' '{"rule":[{"action":{"type":"Delete"},"condition":{"age":90}}]}' > build/lifecycle-example-csvgate-dev-rejects.json
gcloud storage buckets create gs://example-csvgate-dev-rejects --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-dev-rejects.json --project=example-csvgate-dev
printf '%s' '{"rule":[{"action":{"type":"Delete"},"condition":{"age":400}}]}' > build/lifecycle-example-csvgate-dev-ledger.json
gcloud storage buckets create gs://example-csvgate-dev-ledger --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-dev-ledger.json --project=example-csvgate-dev
printf '%s' '{"rule":[{"action":{"type":"Delete"},"condition":{"daysSinceNoncurrentTime":90}}]}' > build/lifecycle-example-csvgate-dev-references.json
gcloud storage buckets create gs://example-csvgate-dev-references --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-dev-references.json --project=example-csvgate-dev
gcloud storage buckets update gs://example-csvgate-dev-references --versioning --project=example-csvgate-dev

# Topics
gcloud pubsub topics create validated-records --message-retention-duration=604800s --project=example-csvgate-dev
gcloud pubsub topics create enrichment-complete --message-retention-duration=604800s --project=example-csvgate-dev
gcloud pubsub topics create validate-and-parse-dead-letter --message-retention-duration=2678400s --project=example-csvgate-dev
gcloud pubsub topics create enrich-records-dead-letter --message-retention-duration=2678400s --project=example-csvgate-dev
gcloud pubsub topics create notify-stakeholders-dead-letter --message-retention-duration=2678400s --project=example-csvgate-dev

# Subscriptions that people read
gcloud pubsub subscriptions create validate-and-parse-dead-letter-review --topic=validate-and-parse-dead-letter --ack-deadline=60 --message-retention-duration=2678400s --expiration-period=never --project=example-csvgate-dev
gcloud pubsub subscriptions create enrich-records-dead-letter-review --topic=enrich-records-dead-letter --ack-deadline=60 --message-retention-duration=2678400s --expiration-period=never --project=example-csvgate-dev
gcloud pubsub subscriptions create notify-stakeholders-dead-letter-review --topic=notify-stakeholders-dead-letter --ack-deadline=60 --message-retention-duration=2678400s --expiration-period=never --project=example-csvgate-dev

# Datasets
bq --project_id=example-csvgate-dev --location=EU mk --dataset '--description=Orders and what belongs to them' sales

# Roles
gcloud projects add-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --role=roles/eventarc.eventReceiver --condition=None
PROJECT_NUMBER=$(gcloud projects describe example-csvgate-dev '--format=value(projectNumber)')
gcloud iam service-accounts add-iam-policy-binding csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/iam.serviceAccountOpenIdTokenCreator
gcloud projects add-iam-policy-binding example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gs-project-accounts.iam.gserviceaccount.com" --role=roles/pubsub.publisher --condition=None
gcloud pubsub topics add-iam-policy-binding validate-and-parse-dead-letter --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher
gcloud pubsub topics add-iam-policy-binding enrich-records-dead-letter --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher
gcloud pubsub topics add-iam-policy-binding notify-stakeholders-dead-letter --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher
gcloud projects add-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --role=roles/logging.logWriter --condition=None
gcloud projects add-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")'
gcloud artifacts repositories add-iam-policy-binding csvgate --location=europe-west1 --project=example-csvgate-dev --member=serviceAccount:csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --role=roles/artifactregistry.writer
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-uploads --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-references --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectCreator
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-rejects --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectUser
gcloud pubsub topics add-iam-policy-binding validated-records --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
gcloud pubsub topics add-iam-policy-binding enrichment-complete --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
gcloud pubsub topics add-iam-policy-binding validate-and-parse-dead-letter --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectCreator
gcloud pubsub topics add-iam-policy-binding enrichment-complete --project=example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
gcloud pubsub topics add-iam-policy-binding enrich-records-dead-letter --project=example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
bq --project_id=example-csvgate-dev --location=EU query --nouse_legacy_sql "GRANT \`roles/bigquery.dataEditor\` ON SCHEMA \`example-csvgate-dev\`.sales TO \"serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com\""
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectCreator
gcloud pubsub topics add-iam-policy-binding notify-stakeholders-dead-letter --project=example-csvgate-dev --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
gcloud secrets add-iam-policy-binding sendgrid-api-key --project=example-csvgate-dev --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --role=roles/secretmanager.secretAccessor

# Functions
gcloud functions deploy validate-and-parse \
  --gen2 \
  --region=europe-west1 \
  --project=example-csvgate-dev \
  --source=build/validate_and_parse \
  --update-labels=csvgate-source=0000000000000000000000000000000000000000 \
  --runtime=python311 \
  --entry-point=validate_and_parse \
  --memory=2Gi \
  --cpu=1 \
  --concurrency=1 \
  --min-instances=0 \
  --max-instances=2 \
  --timeout=540s \
  --service-account=csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com \
  --build-service-account=projects/example-csvgate-dev/serviceAccounts/csvgate-build@example-csvgate-dev.iam.gserviceaccount.com \
  --docker-repository=projects/example-csvgate-dev/locations/europe-west1/repositories/csvgate \
  --ingress-settings=internal-only \
  --clear-vpc-connector \
  --set-env-vars=CSVGATE_BIGQUERY_LOCATION=EU,CSVGATE_CHUNK_BYTES=16777216,CSVGATE_COMPLETE_TOPIC=enrichment-complete,CSVGATE_DEAD_LETTER_TOPIC=validate-and-parse-dead-letter,CSVGATE_FUNCTION=validate_and_parse,CSVGATE_LEDGER_BUCKET=example-csvgate-dev-ledger,CSVGATE_MAX_DELIVERY_ATTEMPTS=10,CSVGATE_REFERENCES_BUCKET=example-csvgate-dev-references,CSVGATE_REJECTS_BUCKET=example-csvgate-dev-rejects,CSVGATE_UPLOADS_BUCKET=example-csvgate-dev-uploads,CSVGATE_VALIDATED_TOPIC=validated-records,GOOGLE_CLOUD_PROJECT=example-csvgate-dev,LOG_EXECUTION_ID=false,LOG_LEVEL=DEBUG \
  --clear-secrets \
  --trigger-http \
  --no-allow-unauthenticated
gcloud functions deploy enrich-records \
  --gen2 \
  --region=europe-west1 \
  --project=example-csvgate-dev \
  --source=build/enrich_records \
  --update-labels=csvgate-source=0000000000000000000000000000000000000000 \
  --runtime=python311 \
  --entry-point=enrich_records \
  --memory=2Gi \
  --cpu=1 \
  --concurrency=4 \
  --min-instances=0 \
  --max-instances=2 \
  --timeout=540s \
  --service-account=csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com \
  --build-service-account=projects/example-csvgate-dev/serviceAccounts/csvgate-build@example-csvgate-dev.iam.gserviceaccount.com \
  --docker-repository=projects/example-csvgate-dev/locations/europe-west1/repositories/csvgate \
  --ingress-settings=internal-only \
  --clear-vpc-connector \
  --set-env-vars=CSVGATE_BIGQUERY_LOCATION=EU,CSVGATE_COMPLETE_TOPIC=enrichment-complete,CSVGATE_DEAD_LETTER_TOPIC=enrich-records-dead-letter,CSVGATE_FUNCTION=enrich_records,CSVGATE_LEDGER_BUCKET=example-csvgate-dev-ledger,CSVGATE_MAX_DELIVERY_ATTEMPTS=10,CSVGATE_REFERENCES_BUCKET=example-csvgate-dev-references,CSVGATE_REJECTS_BUCKET=example-csvgate-dev-rejects,CSVGATE_UPLOADS_BUCKET=example-csvgate-dev-uploads,CSVGATE_VALIDATED_TOPIC=validated-records,GOOGLE_CLOUD_PROJECT=example-csvgate-dev,LOG_EXECUTION_ID=false,LOG_LEVEL=DEBUG \
  --clear-secrets \
  --trigger-http \
  --no-allow-unauthenticated
gcloud functions deploy notify-stakeholders \
  --gen2 \
  --region=europe-west1 \
  --project=example-csvgate-dev \
  --source=build/notify_stakeholders \
  --update-labels=csvgate-source=0000000000000000000000000000000000000000 \
  --runtime=python311 \
  --entry-point=notify_stakeholders \
  --memory=512Mi \
  --cpu=1 \
  --concurrency=8 \
  --min-instances=0 \
  --max-instances=1 \
  --timeout=120s \
  --service-account=csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com \
  --build-service-account=projects/example-csvgate-dev/serviceAccounts/csvgate-build@example-csvgate-dev.iam.gserviceaccount.com \
  --docker-repository=projects/example-csvgate-dev/locations/europe-west1/repositories/csvgate \
  --ingress-settings=internal-only \
  --clear-vpc-connector \
  --set-env-vars=CSVGATE_BIGQUERY_LOCATION=EU,CSVGATE_COMPLETE_TOPIC=enrichment-complete,CSVGATE_DEAD_LETTER_TOPIC=notify-stakeholders-dead-letter,CSVGATE_FUNCTION=notify_stakeholders,CSVGATE_LEDGER_BUCKET=example-csvgate-dev-ledger,CSVGATE_MAX_DELIVERY_ATTEMPTS=10,CSVGATE_REFERENCES_BUCKET=example-csvgate-dev-references,CSVGATE_REJECTS_BUCKET=example-csvgate-dev-rejects,CSVGATE_SENDER=csvgate-dev@example.com,CSVGATE_UPLOADS_BUCKET=example-csvgate-dev-uploads,CSVGATE_VALIDATED_TOPIC=validated-records,GOOGLE_CLOUD_PROJECT=example-csvgate-dev,LOG_EXECUTION_ID=false,LOG_LEVEL=DEBUG \
  --set-secrets=SENDGRID_API_KEY=sendgrid-api-key:latest \
  --trigger-http \
  --no-allow-unauthenticated

# Who may call them
gcloud run services add-iam-policy-binding validate-and-parse --region=europe-west1 --project=example-csvgate-dev --member=serviceAccount:csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --role=roles/run.invoker
gcloud run services add-iam-policy-binding enrich-records --region=europe-west1 --project=example-csvgate-dev --member=serviceAccount:csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --role=roles/run.invoker
gcloud run services add-iam-policy-binding notify-stakeholders --region=europe-west1 --project=example-csvgate-dev --member=serviceAccount:csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --role=roles/run.invoker

# Triggers
gcloud eventarc triggers create validate-and-parse --location=europe-west1 --event-filters=type=google.cloud.storage.object.v1.finalized,bucket=example-csvgate-dev-uploads --destination-run-service=validate-and-parse --destination-run-region=europe-west1 --service-account=csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud eventarc triggers create enrich-records --location=europe-west1 --event-filters=type=google.cloud.pubsub.topic.v1.messagePublished --transport-topic=validated-records --destination-run-service=enrich-records --destination-run-region=europe-west1 --service-account=csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud eventarc triggers create notify-stakeholders --location=europe-west1 --event-filters=type=google.cloud.pubsub.topic.v1.messagePublished --transport-topic=enrichment-complete --destination-run-service=notify-stakeholders --destination-run-region=europe-west1 --service-account=csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev

# What Eventarc subscribed
VALIDATE_AND_PARSE_SUBSCRIPTION=$(gcloud eventarc triggers describe validate-and-parse --location=europe-west1 '--format=value(transport.pubsub.subscription.basename())' --project=example-csvgate-dev)
gcloud pubsub subscriptions update "${VALIDATE_AND_PARSE_SUBSCRIPTION}" --ack-deadline=600 --message-retention-duration=604800s --expiration-period=never --dead-letter-topic=validate-and-parse-dead-letter --max-delivery-attempts=10 --min-retry-delay=10s --max-retry-delay=600s --project=example-csvgate-dev
ENRICH_RECORDS_SUBSCRIPTION=$(gcloud eventarc triggers describe enrich-records --location=europe-west1 '--format=value(transport.pubsub.subscription.basename())' --project=example-csvgate-dev)
gcloud pubsub subscriptions update "${ENRICH_RECORDS_SUBSCRIPTION}" --ack-deadline=600 --message-retention-duration=604800s --expiration-period=never --dead-letter-topic=enrich-records-dead-letter --max-delivery-attempts=10 --min-retry-delay=10s --max-retry-delay=600s --project=example-csvgate-dev
NOTIFY_STAKEHOLDERS_SUBSCRIPTION=$(gcloud eventarc triggers describe notify-stakeholders --location=europe-west1 '--format=value(transport.pubsub.subscription.basename())' --project=example-csvgate-dev)
gcloud pubsub subscriptions update "${NOTIFY_STAKEHOLDERS_SUBSCRIPTION}" --ack-deadline=600 --message-retention-duration=604800s --expiration-period=never --dead-letter-topic=notify-stakeholders-dead-letter --max-delivery-attempts=10 --min-retry-delay=10s --max-retry-delay=600s --project=example-csvgate-dev
gcloud pubsub subscriptions add-iam-policy-binding "${VALIDATE_AND_PARSE_SUBSCRIPTION}" --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.subscriber
gcloud pubsub subscriptions add-iam-policy-binding "${ENRICH_RECORDS_SUBSCRIPTION}" --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.subscriber
gcloud pubsub subscriptions add-iam-policy-binding "${NOTIFY_STAKEHOLDERS_SUBSCRIPTION}" --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.subscriber
