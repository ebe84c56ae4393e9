# teardown of dev
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

# Topics
gcloud pubsub topics delete enrichment-complete --project=example-csvgate-dev
gcloud pubsub topics delete validated-records --project=example-csvgate-dev

# Roles
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-contracts --project=example-csvgate-dev --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-contracts --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.legacyBucketReader --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.legacyBucketReader --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.legacyBucketReader --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breaker-letters/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/days/{day}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/scopes/{scope}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/attempts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/notes/") != ""'
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breaker-letters/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/emails/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/notes/failed.notify_stakeholders.") != ""'
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breaker-letters/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/contents/{content}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/days/{day}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/objects/{object}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/references/{month}/") != ""'
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/attempts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/corrections/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/corrects.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/ignored.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/lines/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/notes/failed.validate_and_parse.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/notes/rejected.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/received.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/seals/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/starts/") != ""'
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breaker-letters/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/days/{day}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/references/{month}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/scopes/{scope}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/attempts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/corrects.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/notes/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/received.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/seals/") != ""'
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breaker-letters/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/emails/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/notes/failed.notify_stakeholders.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/received.json") != ""'
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breaker-letters/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/contents/{content}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/days/{day}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/objects/{object}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/references/{month}/") != ""'
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/attempts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/corrections/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/corrects.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/ignored.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/lines/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/notes/failed.validate_and_parse.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/notes/rejected.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/received.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/seals/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/uploads/{upload}/starts/") != ""'
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-references --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-rejects --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectCreator --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-rejects --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-staging --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectCreator --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-staging --project=example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-staging --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
gcloud storage buckets remove-iam-policy-binding gs://example-csvgate-dev-uploads --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
bq --project_id=example-csvgate-dev --location=EU query --nouse_legacy_sql "REVOKE \`projects/example-csvgate-dev/roles/csvgateLoader\` ON SCHEMA \`example-csvgate-dev\`.sales FROM \"serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com\""
gcloud projects remove-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/bigquery.jobUser --condition=None
gcloud projects remove-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --role=roles/eventarc.eventReceiver --condition=None
gcloud projects remove-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --role=roles/logging.logWriter --condition=None
gcloud projects remove-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")'
gcloud secrets remove-iam-policy-binding sendgrid-api-key --project=example-csvgate-dev --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --role=roles/secretmanager.secretAccessor
gcloud pubsub topics remove-iam-policy-binding enrich-records-dead-letter --project=example-csvgate-dev --member=serviceAccount:csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
PROJECT_NUMBER=$(gcloud projects describe example-csvgate-dev '--format=value(projectNumber)')
gcloud pubsub topics remove-iam-policy-binding enrich-records-dead-letter --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher
gcloud pubsub topics remove-iam-policy-binding notify-stakeholders-dead-letter --project=example-csvgate-dev --member=serviceAccount:csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
gcloud pubsub topics remove-iam-policy-binding notify-stakeholders-dead-letter --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher
gcloud pubsub topics remove-iam-policy-binding validate-and-parse-dead-letter --project=example-csvgate-dev --member=serviceAccount:csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
gcloud pubsub topics remove-iam-policy-binding validate-and-parse-dead-letter --project=example-csvgate-dev "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher

# Custom roles
gcloud iam roles delete csvgateLoader --project=example-csvgate-dev

# Service accounts
gcloud iam service-accounts delete csvgate-build@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud iam service-accounts delete csvgate-triggers@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud iam service-accounts delete csvgate-notify@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud iam service-accounts delete csvgate-enrich@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev
gcloud iam service-accounts delete csvgate-validate@example-csvgate-dev.iam.gserviceaccount.com --project=example-csvgate-dev

# Summary: create 0, change 0, delete 67, unchanged 38
