# Deploy staging to an empty project.
# Run from the repository, after `make stage`.
set -euo pipefail
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

# APIs
# API artifactregistry.googleapis.com is not enabled
# API bigquery.googleapis.com is not enabled
# API bigquerystorage.googleapis.com is not enabled
# API cloudbuild.googleapis.com is not enabled
# API cloudfunctions.googleapis.com is not enabled
# API cloudresourcemanager.googleapis.com is not enabled
# API eventarc.googleapis.com is not enabled
# API iam.googleapis.com is not enabled
# API iamcredentials.googleapis.com is not enabled
# API logging.googleapis.com is not enabled
# API monitoring.googleapis.com is not enabled
# API pubsub.googleapis.com is not enabled
# API run.googleapis.com is not enabled
# API secretmanager.googleapis.com is not enabled
# API serviceusage.googleapis.com is not enabled
# API storage.googleapis.com is not enabled
# API vpcaccess.googleapis.com is not enabled
gcloud services enable artifactregistry.googleapis.com bigquery.googleapis.com bigquerystorage.googleapis.com cloudbuild.googleapis.com cloudfunctions.googleapis.com cloudresourcemanager.googleapis.com eventarc.googleapis.com iam.googleapis.com iamcredentials.googleapis.com logging.googleapis.com monitoring.googleapis.com pubsub.googleapis.com run.googleapis.com secretmanager.googleapis.com serviceusage.googleapis.com storage.googleapis.com vpcaccess.googleapis.com \
  --project=example-csvgate-staging

# Log-based metrics
cat > build/log-based-metric-csvgate_failed_uploads.json <<'END'
{"description":"Uploads, or parts of uploads, that validate_and_parse or enrich_records gave up on.","filter":"resource.type=\"cloud_run_revision\"\nseverity=\"ERROR\"\njsonPayload.message=\"dead-lettered\"\njsonPayload.function=(\"validate_and_parse\" OR \"enrich_records\")","labelExtractors":{"code":"EXTRACT(jsonPayload.code)","function":"EXTRACT(jsonPayload.function)"},"metricDescriptor":{"labels":[{"key":"function","valueType":"STRING"},{"key":"code","valueType":"STRING"}],"metricKind":"DELTA","unit":"1","valueType":"INT64"},"name":"csvgate_failed_uploads"}
END
# log-based metric csvgate_failed_uploads does not exist
gcloud logging metrics create csvgate_failed_uploads --config-from-file=build/log-based-metric-csvgate_failed_uploads.json --project=example-csvgate-staging
cat > build/log-based-metric-csvgate_retries.json <<'END'
{"description":"Failed deliveries that will be retried.","filter":"resource.type=\"cloud_run_revision\"\nseverity=\"WARNING\"\njsonPayload.message=\"will be retried\"","labelExtractors":{"code":"EXTRACT(jsonPayload.code)","function":"EXTRACT(jsonPayload.function)"},"metricDescriptor":{"labels":[{"key":"function","valueType":"STRING"},{"key":"code","valueType":"STRING"}],"metricKind":"DELTA","unit":"1","valueType":"INT64"},"name":"csvgate_retries"}
END
# log-based metric csvgate_retries does not exist
gcloud logging metrics create csvgate_retries --config-from-file=build/log-based-metric-csvgate_retries.json --project=example-csvgate-staging
cat > build/log-based-metric-csvgate_saturated_requests.json <<'END'
{"description":"Requests that Cloud Run answered with 429, because all instances of a function were busy.","filter":"resource.type=\"cloud_run_revision\"\nseverity=\"WARNING\"\nhttpRequest.status=\"429\"\nresource.labels.service_name=(\"validate-and-parse\" OR \"enrich-records\" OR \"notify-stakeholders\")","labelExtractors":{"service":"EXTRACT(resource.labels.service_name)"},"metricDescriptor":{"labels":[{"key":"service","valueType":"STRING"}],"metricKind":"DELTA","unit":"1","valueType":"INT64"},"name":"csvgate_saturated_requests"}
END
# log-based metric csvgate_saturated_requests does not exist
gcloud logging metrics create csvgate_saturated_requests --config-from-file=build/log-based-metric-csvgate_saturated_requests.json --project=example-csvgate-staging
cat > build/log-based-metric-csvgate_unsent_emails.json <<'END'
{"description":"Emails about an upload that notify_stakeholders gave up on.","filter":"resource.type=\"cloud_run_revision\"\nseverity=\"ERROR\"\njsonPayload.message=\"dead-lettered\"\njsonPayload.function=\"notify_stakeholders\"","labelExtractors":{"code":"EXTRACT(jsonPayload.code)"},"metricDescriptor":{"labels":[{"key":"code","valueType":"STRING"}],"metricKind":"DELTA","unit":"1","valueType":"INT64"},"name":"csvgate_unsent_emails"}
END
# log-based metric csvgate_unsent_emails does not exist
gcloud logging metrics create csvgate_unsent_emails --config-from-file=build/log-based-metric-csvgate_unsent_emails.json --project=example-csvgate-staging
cat > build/log-based-metric-csvgate_upload_seconds.json <<'END'
{"bucketOptions":{"exponentialBuckets":{"growthFactor":1.4142,"numFiniteBuckets":32,"scale":0.5}},"description":"Seconds from an upload's arrival until it was completed or rejected.","filter":"resource.type=\"cloud_run_revision\"\nseverity=\"INFO\"\njsonPayload.message=\"upload ended\"\njsonPayload.function=\"enrich_records\"","labelExtractors":{"outcome":"EXTRACT(jsonPayload.outcome)"},"metricDescriptor":{"labels":[{"key":"outcome","valueType":"STRING"}],"metricKind":"DELTA","unit":"s","valueType":"DISTRIBUTION"},"name":"csvgate_upload_seconds","valueExtractor":"EXTRACT(jsonPayload.seconds)"}
END
# log-based metric csvgate_upload_seconds does not exist
gcloud logging metrics create csvgate_upload_seconds --config-from-file=build/log-based-metric-csvgate_upload_seconds.json --project=example-csvgate-staging
cat > build/log-based-metric-csvgate_uploader_letters.json <<'END'
{"description":"Dead letters about rejected rows and rejected files, which are the uploaders'.","filter":"resource.type=\"cloud_run_revision\"\nseverity=\"INFO\"\njsonPayload.message=\"rejection reported\"\njsonPayload.function=\"validate_and_parse\"","labelExtractors":{"code":"EXTRACT(jsonPayload.code)","dataset":"EXTRACT(jsonPayload.dataset)"},"metricDescriptor":{"labels":[{"key":"code","valueType":"STRING"},{"key":"dataset","valueType":"STRING"}],"metricKind":"DELTA","unit":"1","valueType":"INT64"},"name":"csvgate_uploader_letters"}
END
# log-based metric csvgate_uploader_letters does not exist
gcloud logging metrics create csvgate_uploader_letters --config-from-file=build/log-based-metric-csvgate_uploader_letters.json --project=example-csvgate-staging

# Service agents
# service agent pubsub.googleapis.com does not exist
gcloud beta services identity create --service=pubsub.googleapis.com --project=example-csvgate-staging
# service agent eventarc.googleapis.com does not exist
gcloud beta services identity create --service=eventarc.googleapis.com --project=example-csvgate-staging
# service agent storage.googleapis.com does not exist
gcloud storage service-agent --project=example-csvgate-staging

# Service accounts
# service account csvgate-validate does not exist
gcloud iam service-accounts create csvgate-validate '--display-name=csvgate validate_and_parse' --project=example-csvgate-staging
# service account csvgate-enrich does not exist
gcloud iam service-accounts create csvgate-enrich '--display-name=csvgate enrich_records' --project=example-csvgate-staging
# service account csvgate-notify does not exist
gcloud iam service-accounts create csvgate-notify '--display-name=csvgate notify_stakeholders' --project=example-csvgate-staging
# service account csvgate-triggers does not exist
gcloud iam service-accounts create csvgate-triggers '--display-name=csvgate Eventarc triggers' --project=example-csvgate-staging
# service account csvgate-build does not exist
gcloud iam service-accounts create csvgate-build '--display-name=csvgate image builds' --project=example-csvgate-staging

# Custom roles
# custom role csvgateLoader does not exist
gcloud iam roles create csvgateLoader '--title=csvgate loads uploads' --permissions=bigquery.datasets.get,bigquery.tables.create,bigquery.tables.get,bigquery.tables.getData,bigquery.tables.updateData --stage=GA --project=example-csvgate-staging

# Secrets
# secret sendgrid-api-key does not exist
gcloud secrets create sendgrid-api-key --replication-policy=automatic --project=example-csvgate-staging
# run by hand first: gcloud secrets versions add sendgrid-api-key --data-file=- --project=example-csvgate-staging < FILE
[[ $(gcloud secrets versions describe latest --secret=sendgrid-api-key '--format=value(state)' --project=example-csvgate-staging) == ENABLED ]]

# Images
# image repository csvgate does not exist
gcloud artifacts repositories create csvgate --repository-format=docker --location=europe-west1 --project=example-csvgate-staging

# Buckets
cat > build/lifecycle-example-csvgate-staging-uploads.json <<'END'
{"rule":[{"action":{"type":"Delete"},"condition":{"daysSinceNoncurrentTime":30}}]}
END
# bucket example-csvgate-staging-uploads does not exist
gcloud storage buckets create gs://example-csvgate-staging-uploads --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-staging-uploads.json --project=example-csvgate-staging
# bucket example-csvgate-staging-uploads does not exist
gcloud storage buckets update gs://example-csvgate-staging-uploads --versioning --project=example-csvgate-staging
cat > build/lifecycle-example-csvgate-staging-rejects.json <<'END'
{"rule":[{"action":{"type":"Delete"},"condition":{"age":90}}]}
END
# bucket example-csvgate-staging-rejects does not exist
gcloud storage buckets create gs://example-csvgate-staging-rejects --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-staging-rejects.json --project=example-csvgate-staging
cat > build/lifecycle-example-csvgate-staging-staging.json <<'END'
{"rule":[{"action":{"type":"Delete"},"condition":{"age":90}}]}
END
# bucket example-csvgate-staging-staging does not exist
gcloud storage buckets create gs://example-csvgate-staging-staging --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-staging-staging.json --project=example-csvgate-staging
cat > build/lifecycle-example-csvgate-staging-ledger.json <<'END'
{"rule":[{"action":{"type":"Delete"},"condition":{"age":400,"matchesPrefix":["uploads/","days/","objects/","contents/","references/","breakers/","breaker-letters/","jobs/"]}}]}
END
# bucket example-csvgate-staging-ledger does not exist
gcloud storage buckets create gs://example-csvgate-staging-ledger --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-staging-ledger.json --project=example-csvgate-staging
cat > build/lifecycle-example-csvgate-staging-audit.json <<'END'
{"rule":[{"action":{"type":"Delete"},"condition":{"age":400}}]}
END
# bucket example-csvgate-staging-audit does not exist
gcloud storage buckets create gs://example-csvgate-staging-audit --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --retention-period=34560000s --lifecycle-file=build/lifecycle-example-csvgate-staging-audit.json --project=example-csvgate-staging
cat > build/lifecycle-example-csvgate-staging-references.json <<'END'
{"rule":[{"action":{"type":"Delete"},"condition":{"daysSinceNoncurrentTime":90}}]}
END
# bucket example-csvgate-staging-references does not exist
gcloud storage buckets create gs://example-csvgate-staging-references --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-staging-references.json --project=example-csvgate-staging
# bucket example-csvgate-staging-references does not exist
gcloud storage buckets update gs://example-csvgate-staging-references --versioning --project=example-csvgate-staging
cat > build/lifecycle-example-csvgate-staging-contracts.json <<'END'
{"rule":[{"action":{"type":"Delete"},"condition":{"daysSinceNoncurrentTime":400}}]}
END
# bucket example-csvgate-staging-contracts does not exist
gcloud storage buckets create gs://example-csvgate-staging-contracts --location=europe-west1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=604800s --lifecycle-file=build/lifecycle-example-csvgate-staging-contracts.json --project=example-csvgate-staging
# bucket example-csvgate-staging-contracts does not exist
gcloud storage buckets update gs://example-csvgate-staging-contracts --versioning --project=example-csvgate-staging

# Topics
# topic validated-records does not exist
gcloud pubsub topics create validated-records --message-retention-duration=604800s --project=example-csvgate-staging
# topic enrichment-complete does not exist
gcloud pubsub topics create enrichment-complete --message-retention-duration=604800s --project=example-csvgate-staging
# topic validate-and-parse-dead-letter does not exist
gcloud pubsub topics create validate-and-parse-dead-letter --message-retention-duration=2678400s --project=example-csvgate-staging
# topic enrich-records-dead-letter does not exist
gcloud pubsub topics create enrich-records-dead-letter --message-retention-duration=2678400s --project=example-csvgate-staging
# topic notify-stakeholders-dead-letter does not exist
gcloud pubsub topics create notify-stakeholders-dead-letter --message-retention-duration=2678400s --project=example-csvgate-staging

# Subscriptions that people read
# review subscription validate-and-parse-dead-letter-review does not exist
gcloud pubsub subscriptions create validate-and-parse-dead-letter-review --topic=validate-and-parse-dead-letter --ack-deadline=60 --message-retention-duration=2678400s --expiration-period=never --project=example-csvgate-staging
# review subscription enrich-records-dead-letter-review does not exist
gcloud pubsub subscriptions create enrich-records-dead-letter-review --topic=enrich-records-dead-letter --ack-deadline=60 --message-retention-duration=2678400s --expiration-period=never --project=example-csvgate-staging
# review subscription notify-stakeholders-dead-letter-review does not exist
gcloud pubsub subscriptions create notify-stakeholders-dead-letter-review --topic=notify-stakeholders-dead-letter --ack-deadline=60 --message-retention-duration=2678400s --expiration-period=never --project=example-csvgate-staging

# Datasets
# dataset sales does not exist
bq --project_id=example-csvgate-staging --location=EU mk --dataset '--description=Orders and related tables' sales

# Roles
# csvgate-triggers does not have roles/eventarc.eventReceiver on the project
gcloud projects add-iam-policy-binding example-csvgate-staging --member=serviceAccount:csvgate-triggers@example-csvgate-staging.iam.gserviceaccount.com --role=roles/eventarc.eventReceiver --condition=None
PROJECT_NUMBER=$(gcloud projects describe example-csvgate-staging '--format=value(projectNumber)')
# gcp-sa-pubsub does not have roles/iam.serviceAccountOpenIdTokenCreator on account csvgate-triggers
gcloud iam service-accounts add-iam-policy-binding csvgate-triggers@example-csvgate-staging.iam.gserviceaccount.com --project=example-csvgate-staging "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/iam.serviceAccountOpenIdTokenCreator
# gs-project-accounts does not have roles/pubsub.publisher on the project
gcloud projects add-iam-policy-binding example-csvgate-staging "--member=serviceAccount:service-${PROJECT_NUMBER}@gs-project-accounts.iam.gserviceaccount.com" --role=roles/pubsub.publisher --condition=None
# gcp-sa-pubsub does not have roles/pubsub.publisher on topic notify-stakeholders-dead-letter
gcloud pubsub topics add-iam-policy-binding notify-stakeholders-dead-letter --project=example-csvgate-staging "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher
# gcp-sa-pubsub does not have roles/pubsub.publisher on topic enrich-records-dead-letter
gcloud pubsub topics add-iam-policy-binding enrich-records-dead-letter --project=example-csvgate-staging "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher
# gcp-sa-pubsub does not have roles/pubsub.publisher on topic validate-and-parse-dead-letter
gcloud pubsub topics add-iam-policy-binding validate-and-parse-dead-letter --project=example-csvgate-staging "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.publisher
# csvgate-build does not have roles/logging.logWriter on the project
gcloud projects add-iam-policy-binding example-csvgate-staging --member=serviceAccount:csvgate-build@example-csvgate-staging.iam.gserviceaccount.com --role=roles/logging.logWriter --condition=None
# csvgate-build does not have roles/storage.objectViewer on the project under its condition
gcloud projects add-iam-policy-binding example-csvgate-staging --member=serviceAccount:csvgate-build@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")'
# csvgate-build does not have roles/artifactregistry.writer on repository csvgate
gcloud artifacts repositories add-iam-policy-binding csvgate --location=europe-west1 --project=example-csvgate-staging --member=serviceAccount:csvgate-build@example-csvgate-staging.iam.gserviceaccount.com --role=roles/artifactregistry.writer
# csvgate-notify does not have roles/storage.objectViewer on bucket example-csvgate-staging-contracts
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-contracts --project=example-csvgate-staging --member=serviceAccount:csvgate-notify@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-notify does not have roles/pubsub.publisher on topic notify-stakeholders-dead-letter
gcloud pubsub topics add-iam-policy-binding notify-stakeholders-dead-letter --project=example-csvgate-staging --member=serviceAccount:csvgate-notify@example-csvgate-staging.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-notify does not have roles/secretmanager.secretAccessor on secret sendgrid-api-key
gcloud secrets add-iam-policy-binding sendgrid-api-key --project=example-csvgate-staging --member=serviceAccount:csvgate-notify@example-csvgate-staging.iam.gserviceaccount.com --role=roles/secretmanager.secretAccessor
# csvgate-notify does not have roles/storage.legacyBucketReader on bucket example-csvgate-staging-ledger
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger --project=example-csvgate-staging --member=serviceAccount:csvgate-notify@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.legacyBucketReader --condition=None
# csvgate-notify does not have roles/storage.objectViewer on bucket example-csvgate-staging-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger \
  --project=example-csvgate-staging \
  --member=serviceAccount:csvgate-notify@example-csvgate-staging.iam.gserviceaccount.com \
  --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breaker-letters/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breakers/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/emails/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/notes/failed.notify_stakeholders.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/received.json") != ""'
# csvgate-notify does not have roles/storage.objectCreator on bucket example-csvgate-staging-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger \
  --project=example-csvgate-staging \
  --member=serviceAccount:csvgate-notify@example-csvgate-staging.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breaker-letters/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breakers/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/emails/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/notes/failed.notify_stakeholders.") != ""'
# csvgate-enrich does not have roles/storage.objectViewer on bucket example-csvgate-staging-staging
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-staging --project=example-csvgate-staging --member=serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-enrich does not have roles/pubsub.publisher on topic validated-records
gcloud pubsub topics add-iam-policy-binding validated-records --project=example-csvgate-staging --member=serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-enrich does not have roles/pubsub.publisher on topic enrichment-complete
gcloud pubsub topics add-iam-policy-binding enrichment-complete --project=example-csvgate-staging --member=serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-enrich does not have roles/pubsub.publisher on topic enrich-records-dead-letter
gcloud pubsub topics add-iam-policy-binding enrich-records-dead-letter --project=example-csvgate-staging --member=serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-enrich does not have projects/example-csvgate-staging/roles/csvgateLoader on dataset sales
bq --project_id=example-csvgate-staging --location=EU query --nouse_legacy_sql "GRANT \`projects/example-csvgate-staging/roles/csvgateLoader\` ON SCHEMA \`example-csvgate-staging\`.sales TO \"serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com\""
# csvgate-enrich does not have roles/bigquery.jobUser on the project
gcloud projects add-iam-policy-binding example-csvgate-staging --member=serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com --role=roles/bigquery.jobUser --condition=None
# csvgate-enrich does not have roles/storage.legacyBucketReader on bucket example-csvgate-staging-ledger
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger --project=example-csvgate-staging --member=serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.legacyBucketReader --condition=None
# csvgate-enrich does not have roles/storage.objectViewer on bucket example-csvgate-staging-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger \
  --project=example-csvgate-staging \
  --member=serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com \
  --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breaker-letters/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breakers/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/days/{day}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/references/{month}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/scopes/{scope}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/attempts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/corrects.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/notes/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/received.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/seals/") != ""'
# csvgate-enrich does not have roles/storage.objectCreator on bucket example-csvgate-staging-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger \
  --project=example-csvgate-staging \
  --member=serviceAccount:csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breaker-letters/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breakers/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/days/{day}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/scopes/{scope}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/attempts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/notes/") != ""'
# csvgate-validate does not have roles/storage.objectViewer on bucket example-csvgate-staging-uploads
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-uploads --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-validate does not have roles/storage.objectViewer on bucket example-csvgate-staging-references
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-references --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-validate does not have roles/storage.objectViewer on bucket example-csvgate-staging-staging
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-staging --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-validate does not have roles/storage.objectViewer on bucket example-csvgate-staging-rejects
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-rejects --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-validate does not have roles/storage.objectViewer on bucket example-csvgate-staging-contracts
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-contracts --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-validate does not have roles/storage.objectCreator on bucket example-csvgate-staging-staging
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-staging --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectCreator --condition=None
# csvgate-validate does not have roles/storage.objectCreator on bucket example-csvgate-staging-rejects
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-rejects --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.objectCreator --condition=None
# csvgate-validate does not have roles/pubsub.publisher on topic validated-records
gcloud pubsub topics add-iam-policy-binding validated-records --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-validate does not have roles/pubsub.publisher on topic enrichment-complete
gcloud pubsub topics add-iam-policy-binding enrichment-complete --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-validate does not have roles/pubsub.publisher on topic validate-and-parse-dead-letter
gcloud pubsub topics add-iam-policy-binding validate-and-parse-dead-letter --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-validate does not have roles/storage.legacyBucketReader on bucket example-csvgate-staging-ledger
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger --project=example-csvgate-staging --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com --role=roles/storage.legacyBucketReader --condition=None
# csvgate-validate does not have roles/storage.objectViewer on bucket example-csvgate-staging-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger \
  --project=example-csvgate-staging \
  --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com \
  --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/attempts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/corrections/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/corrects.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/ignored.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/lines/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/notes/failed.validate_and_parse.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/notes/rejected.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/received.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/seals/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/starts/") != ""'
# csvgate-validate does not have roles/storage.objectViewer on bucket example-csvgate-staging-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger \
  --project=example-csvgate-staging \
  --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com \
  --role=roles/storage.objectViewer '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breaker-letters/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breakers/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/contents/{content}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/days/{day}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/objects/{object}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/references/{month}/") != ""'
# csvgate-validate does not have roles/storage.objectCreator on bucket example-csvgate-staging-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger \
  --project=example-csvgate-staging \
  --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/attempts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/corrections/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/corrects.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/ignored.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/lines/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/notes/failed.validate_and_parse.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/notes/rejected.") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/received.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/seals/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/uploads/{upload}/starts/") != ""'
# csvgate-validate does not have roles/storage.objectCreator on bucket example-csvgate-staging-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-staging-ledger \
  --project=example-csvgate-staging \
  --member=serviceAccount:csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breaker-letters/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/breakers/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/contents/{content}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/days/{day}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/objects/{object}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-staging-ledger/objects/references/{month}/") != ""'

# Contracts
# contracts in use: none → 5025b32b26dc
gcloud storage cp build/bundles/5025b32b26dcdee914d5afc2093ee44b7be6f2af1fba14e73cb11ac7f8b4620c.json gs://example-csvgate-staging-contracts/bundles/5025b32b26dcdee914d5afc2093ee44b7be6f2af1fba14e73cb11ac7f8b4620c.json --no-clobber --content-type=application/json --project=example-csvgate-staging
cat > build/current.json <<'END'
{"format": 1, "bundle": "5025b32b26dcdee914d5afc2093ee44b7be6f2af1fba14e73cb11ac7f8b4620c"}
END
# contracts in use: none → 5025b32b26dc
gcloud storage cp build/current.json gs://example-csvgate-staging-contracts/current.json --content-type=application/json --custom-metadata=bundle=5025b32b26dcdee914d5afc2093ee44b7be6f2af1fba14e73cb11ac7f8b4620c --if-generation-match=0 --project=example-csvgate-staging

# Functions
# function notify-stakeholders does not exist
gcloud functions deploy notify-stakeholders \
  --gen2 \
  --region=europe-west1 \
  --project=example-csvgate-staging \
  --source=build/notify_stakeholders \
  --update-labels=csvgate-messages=dabc8cfe9232,csvgate-source=0000000000000000000000000000000000000000 \
  --runtime=python313 \
  --entry-point=notify_stakeholders \
  --memory=512Mi \
  --cpu=1 \
  --concurrency=8 \
  --min-instances=0 \
  --max-instances=5 \
  --timeout=120s \
  --service-account=csvgate-notify@example-csvgate-staging.iam.gserviceaccount.com \
  --build-service-account=projects/example-csvgate-staging/serviceAccounts/csvgate-build@example-csvgate-staging.iam.gserviceaccount.com \
  --docker-repository=projects/example-csvgate-staging/locations/europe-west1/repositories/csvgate \
  --ingress-settings=internal-only \
  --vpc-connector=projects/example-csvgate-staging/locations/europe-west1/connectors/csvgate \
  --egress-settings=private-ranges-only \
  --set-build-env-vars=SOURCE_DATE_EPOCH=315619200 \
  --set-env-vars=CSVGATE_BIGQUERY_LOCATION=EU,CSVGATE_BREAKER_LETTERS=50,CSVGATE_BREAKER_SHARE=0.9,CSVGATE_BREAKER_WINDOW_SECONDS=600,CSVGATE_COMPLETE_TOPIC=enrichment-complete,CSVGATE_CONCURRENCY=8,CSVGATE_CONTRACTS_BUCKET=example-csvgate-staging-contracts,CSVGATE_DEAD_LETTER_TOPIC=notify-stakeholders-dead-letter,CSVGATE_FUNCTION=notify_stakeholders,CSVGATE_LEDGER_BUCKET=example-csvgate-staging-ledger,CSVGATE_MAX_DELIVERY_ATTEMPTS=10,CSVGATE_PROCESSORS=1,CSVGATE_REFERENCES_BUCKET=example-csvgate-staging-references,CSVGATE_REJECTS_BUCKET=example-csvgate-staging-rejects,CSVGATE_SENDER=csvgate-staging@example.com,CSVGATE_STAGING_BUCKET=example-csvgate-staging-staging,CSVGATE_TIMEOUT_SECONDS=120,CSVGATE_UPLOADS_BUCKET=example-csvgate-staging-uploads,CSVGATE_VALIDATED_TOPIC=validated-records,GOOGLE_CLOUD_PROJECT=example-csvgate-staging,LOG_EXECUTION_ID=false,LOG_LEVEL=INFO,SENDGRID_API_KEY_FILE=/secrets/sendgrid/SENDGRID_API_KEY \
  --set-secrets=/secrets/sendgrid/SENDGRID_API_KEY=sendgrid-api-key:latest \
  --trigger-http \
  --no-allow-unauthenticated
# function enrich-records does not exist
gcloud functions deploy enrich-records \
  --gen2 \
  --region=europe-west1 \
  --project=example-csvgate-staging \
  --source=build/enrich_records \
  --update-labels=csvgate-messages=dabc8cfe9232,csvgate-source=0000000000000000000000000000000000000000 \
  --runtime=python313 \
  --entry-point=enrich_records \
  --memory=2Gi \
  --cpu=1 \
  --concurrency=4 \
  --min-instances=0 \
  --max-instances=5 \
  --timeout=540s \
  --service-account=csvgate-enrich@example-csvgate-staging.iam.gserviceaccount.com \
  --build-service-account=projects/example-csvgate-staging/serviceAccounts/csvgate-build@example-csvgate-staging.iam.gserviceaccount.com \
  --docker-repository=projects/example-csvgate-staging/locations/europe-west1/repositories/csvgate \
  --ingress-settings=internal-only \
  --vpc-connector=projects/example-csvgate-staging/locations/europe-west1/connectors/csvgate \
  --egress-settings=private-ranges-only \
  --set-build-env-vars=SOURCE_DATE_EPOCH=315619200 \
  --set-env-vars=CSVGATE_BIGQUERY_LOCATION=EU,CSVGATE_BREAKER_LETTERS=50,CSVGATE_BREAKER_SHARE=0.9,CSVGATE_BREAKER_WINDOW_SECONDS=600,CSVGATE_COMPLETE_TOPIC=enrichment-complete,CSVGATE_CONCURRENCY=4,CSVGATE_CONTRACTS_BUCKET=example-csvgate-staging-contracts,CSVGATE_DEAD_LETTER_TOPIC=enrich-records-dead-letter,CSVGATE_FUNCTION=enrich_records,CSVGATE_LEDGER_BUCKET=example-csvgate-staging-ledger,CSVGATE_MAX_DELIVERY_ATTEMPTS=100,CSVGATE_PROCESSORS=1,CSVGATE_REFERENCES_BUCKET=example-csvgate-staging-references,CSVGATE_REJECTS_BUCKET=example-csvgate-staging-rejects,CSVGATE_SMALL_UPLOADS=shared,CSVGATE_STAGING_BUCKET=example-csvgate-staging-staging,CSVGATE_TIMEOUT_SECONDS=540,CSVGATE_UPLOADS_BUCKET=example-csvgate-staging-uploads,CSVGATE_VALIDATED_TOPIC=validated-records,GOOGLE_CLOUD_PROJECT=example-csvgate-staging,LOG_EXECUTION_ID=false,LOG_LEVEL=INFO \
  --clear-secrets \
  --trigger-http \
  --no-allow-unauthenticated
# function validate-and-parse does not exist
gcloud functions deploy validate-and-parse \
  --gen2 \
  --region=europe-west1 \
  --project=example-csvgate-staging \
  --source=build/validate_and_parse \
  --update-labels=csvgate-messages=dabc8cfe9232,csvgate-source=0000000000000000000000000000000000000000 \
  --runtime=python313 \
  --entry-point=validate_and_parse \
  --memory=2Gi \
  --cpu=1 \
  --concurrency=1 \
  --min-instances=0 \
  --max-instances=5 \
  --timeout=540s \
  --service-account=csvgate-validate@example-csvgate-staging.iam.gserviceaccount.com \
  --build-service-account=projects/example-csvgate-staging/serviceAccounts/csvgate-build@example-csvgate-staging.iam.gserviceaccount.com \
  --docker-repository=projects/example-csvgate-staging/locations/europe-west1/repositories/csvgate \
  --ingress-settings=internal-only \
  --vpc-connector=projects/example-csvgate-staging/locations/europe-west1/connectors/csvgate \
  --egress-settings=private-ranges-only \
  --set-build-env-vars=SOURCE_DATE_EPOCH=315619200 \
  --set-env-vars=CSVGATE_BIGQUERY_LOCATION=EU,CSVGATE_BREAKER_LETTERS=50,CSVGATE_BREAKER_SHARE=0.9,CSVGATE_BREAKER_WINDOW_SECONDS=600,CSVGATE_CHUNK_BYTES=16777216,CSVGATE_COMPLETE_TOPIC=enrichment-complete,CSVGATE_CONCURRENCY=1,CSVGATE_CONTRACTS_BUCKET=example-csvgate-staging-contracts,CSVGATE_DEAD_LETTER_TOPIC=validate-and-parse-dead-letter,CSVGATE_FUNCTION=validate_and_parse,CSVGATE_LEDGER_BUCKET=example-csvgate-staging-ledger,CSVGATE_MAX_DELIVERY_ATTEMPTS=100,CSVGATE_PROCESSORS=1,CSVGATE_READ_BYTES_PER_SECOND=60000000,CSVGATE_REFERENCES_BUCKET=example-csvgate-staging-references,CSVGATE_REJECTS_BUCKET=example-csvgate-staging-rejects,CSVGATE_STAGING_BUCKET=example-csvgate-staging-staging,CSVGATE_TIMEOUT_SECONDS=540,CSVGATE_UPLOADS_BUCKET=example-csvgate-staging-uploads,CSVGATE_VALIDATED_TOPIC=validated-records,GOOGLE_CLOUD_PROJECT=example-csvgate-staging,LOG_EXECUTION_ID=false,LOG_LEVEL=INFO \
  --clear-secrets \
  --trigger-http \
  --no-allow-unauthenticated

# Who may call them
# csvgate-triggers does not have roles/run.invoker on function notify-stakeholders
gcloud run services add-iam-policy-binding notify-stakeholders --region=europe-west1 --project=example-csvgate-staging --member=serviceAccount:csvgate-triggers@example-csvgate-staging.iam.gserviceaccount.com --role=roles/run.invoker
# csvgate-triggers does not have roles/run.invoker on function enrich-records
gcloud run services add-iam-policy-binding enrich-records --region=europe-west1 --project=example-csvgate-staging --member=serviceAccount:csvgate-triggers@example-csvgate-staging.iam.gserviceaccount.com --role=roles/run.invoker
# csvgate-triggers does not have roles/run.invoker on function validate-and-parse
gcloud run services add-iam-policy-binding validate-and-parse --region=europe-west1 --project=example-csvgate-staging --member=serviceAccount:csvgate-triggers@example-csvgate-staging.iam.gserviceaccount.com --role=roles/run.invoker

# Triggers
# trigger notify-stakeholders does not exist
gcloud eventarc triggers create notify-stakeholders --location=europe-west1 --event-filters=type=google.cloud.pubsub.topic.v1.messagePublished --transport-topic=enrichment-complete --destination-run-service=notify-stakeholders --destination-run-region=europe-west1 --service-account=csvgate-triggers@example-csvgate-staging.iam.gserviceaccount.com --project=example-csvgate-staging
# trigger enrich-records does not exist
gcloud eventarc triggers create enrich-records --location=europe-west1 --event-filters=type=google.cloud.pubsub.topic.v1.messagePublished --transport-topic=validated-records --destination-run-service=enrich-records --destination-run-region=europe-west1 --service-account=csvgate-triggers@example-csvgate-staging.iam.gserviceaccount.com --project=example-csvgate-staging
# trigger validate-and-parse does not exist
gcloud eventarc triggers create validate-and-parse --location=europe-west1 --event-filters=type=google.cloud.storage.object.v1.finalized,bucket=example-csvgate-staging-uploads --destination-run-service=validate-and-parse --destination-run-region=europe-west1 --service-account=csvgate-triggers@example-csvgate-staging.iam.gserviceaccount.com --project=example-csvgate-staging

# Subscriptions of the triggers
NOTIFY_STAKEHOLDERS_SUBSCRIPTION=$(gcloud eventarc triggers describe notify-stakeholders --location=europe-west1 '--format=value(transport.pubsub.subscription.basename())' --project=example-csvgate-staging)
# subscription of trigger notify-stakeholders does not exist
gcloud pubsub subscriptions update "${NOTIFY_STAKEHOLDERS_SUBSCRIPTION}" --ack-deadline=600 --message-retention-duration=604800s --expiration-period=never --dead-letter-topic=notify-stakeholders-dead-letter --max-delivery-attempts=10 --min-retry-delay=10s --max-retry-delay=600s --project=example-csvgate-staging
ENRICH_RECORDS_SUBSCRIPTION=$(gcloud eventarc triggers describe enrich-records --location=europe-west1 '--format=value(transport.pubsub.subscription.basename())' --project=example-csvgate-staging)
# subscription of trigger enrich-records does not exist
gcloud pubsub subscriptions update "${ENRICH_RECORDS_SUBSCRIPTION}" --ack-deadline=600 --message-retention-duration=604800s --expiration-period=never --dead-letter-topic=enrich-records-dead-letter --max-delivery-attempts=100 --min-retry-delay=10s --max-retry-delay=600s --project=example-csvgate-staging
VALIDATE_AND_PARSE_SUBSCRIPTION=$(gcloud eventarc triggers describe validate-and-parse --location=europe-west1 '--format=value(transport.pubsub.subscription.basename())' --project=example-csvgate-staging)
# subscription of trigger validate-and-parse does not exist
gcloud pubsub subscriptions update "${VALIDATE_AND_PARSE_SUBSCRIPTION}" --ack-deadline=600 --message-retention-duration=604800s --expiration-period=never --dead-letter-topic=validate-and-parse-dead-letter --max-delivery-attempts=100 --min-retry-delay=10s --max-retry-delay=600s --project=example-csvgate-staging
# gcp-sa-pubsub does not have roles/pubsub.subscriber on trigger-subscription notify-stakeholders
gcloud pubsub subscriptions add-iam-policy-binding "${NOTIFY_STAKEHOLDERS_SUBSCRIPTION}" --project=example-csvgate-staging "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.subscriber
# gcp-sa-pubsub does not have roles/pubsub.subscriber on trigger-subscription enrich-records
gcloud pubsub subscriptions add-iam-policy-binding "${ENRICH_RECORDS_SUBSCRIPTION}" --project=example-csvgate-staging "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.subscriber
# gcp-sa-pubsub does not have roles/pubsub.subscriber on trigger-subscription validate-and-parse
gcloud pubsub subscriptions add-iam-policy-binding "${VALIDATE_AND_PARSE_SUBSCRIPTION}" --project=example-csvgate-staging "--member=serviceAccount:service-${PROJECT_NUMBER}@gcp-sa-pubsub.iam.gserviceaccount.com" --role=roles/pubsub.subscriber

# Alerts and dashboard
# alerts to csvgate-staging@example.com does not exist
gcloud beta monitoring channels create --type=email '--display-name=csvgate: csvgate-staging@example.com' --channel-labels=email_address=csvgate-staging@example.com --user-labels=csvgate=channel --project=example-csvgate-staging
CHANNEL_A=$(gcloud beta monitoring channels list '--filter=labels.email_address="csvgate-staging@example.com" AND userLabels.csvgate="channel"' '--format=value(name)' --limit=1 --project=example-csvgate-staging)
cat > build/alert-policy-dead-letters-expiring.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_MAX","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_MAX"}],"comparison":"COMPARISON_GT","duration":"300s","filter":"metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=one_of(\"validate-and-parse-dead-letter-review\", \"enrich-records-dead-letter-review\", \"notify-stakeholders-dead-letter-review\")","thresholdValue":2073600,"trigger":{"count":1}},"displayName":"The oldest dead letter in a review subscription"}],"displayName":"csvgate: dead letters are about to be lost","documentation":{"content":"Pub/Sub deletes messages in `${resource.label.subscription_id}` after 31 days. Replay the dead\nletters, or export them: `csvgate dlq list --owner operator` shows those that need you. Discard\nthose that only report rejected rows:\n`csvgate dlq discard --owner uploader --until 7d --reason \"\u2026\"`.","mimeType":"text/markdown"},"enabled":true,"severity":"CRITICAL","userLabels":{"csvgate":"dead-letters-expiring"}}
END
# alert policy dead-letters-expiring does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-dead-letters-expiring.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-dead-letters-old.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_MAX","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_MAX"}],"comparison":"COMPARISON_GT","duration":"300s","filter":"metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=one_of(\"enrich-records-dead-letter-review\", \"notify-stakeholders-dead-letter-review\")","thresholdValue":86400,"trigger":{"count":1}},"displayName":"The oldest dead letter in a review subscription"}],"displayName":"csvgate: a dead letter has been waiting for a day","documentation":{"content":"A dead letter in `${resource.label.subscription_id}` has not been handled for a day. Until it is,\nrows or emails of an upload may be missing. `csvgate dlq list --owner operator` shows it with the\nname of its object and its reason.","mimeType":"text/markdown"},"enabled":true,"severity":"ERROR","userLabels":{"csvgate":"dead-letters-old"}}
END
# alert policy dead-letters-old does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-dead-letters-old.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-dead-letters.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"60s","crossSeriesReducer":"REDUCE_MAX","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_MAX"}],"comparison":"COMPARISON_GT","duration":"3600s","filter":"metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=one_of(\"enrich-records-dead-letter-review\", \"notify-stakeholders-dead-letter-review\")","thresholdValue":0,"trigger":{"count":1}},"displayName":"A review subscription with failures only has not been empty for an hour"},{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_DELTA"}],"comparison":"COMPARISON_GT","duration":"0s","filter":"metric.type=\"pubsub.googleapis.com/subscription/dead_letter_message_count\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=monitoring.regex.full_match(\"eventarc-.*(validate-and-parse|enrich-records|notify-stakeholders).*\")","thresholdValue":0,"trigger":{"count":1}},"displayName":"Pub/Sub forwarded a message that a function did not answer"}],"displayName":"csvgate: a dead letter needs an operator","documentation":{"content":"A dead letter has been waiting for an hour, or a function did not answer\n(`${resource.label.subscription_id}`). Nothing is lost: the dead letter waits.\n\n`csvgate dlq list --owner operator` shows each one with the name of its object and its reason, and\ndocs/runbook.md what to do. Letters about rejected rows do not raise this alert: the uploaders were\ninformed by email.","mimeType":"text/markdown"},"enabled":true,"severity":"WARNING","userLabels":{"csvgate":"dead-letters"}}
END
# alert policy dead-letters does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-dead-letters.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-failed-uploads.json <<'END'
{"alertStrategy":{"autoClose":"604800s","notificationRateLimit":{"period":"1800s"}},"combiner":"OR","conditions":[{"conditionMatchedLog":{"filter":"resource.type=\"cloud_run_revision\"\nseverity=\"ERROR\"\njsonPayload.message=\"dead-lettered\"\njsonPayload.function=(\"validate_and_parse\" OR \"enrich_records\")","labelExtractors":{"code":"EXTRACT(jsonPayload.code)","function":"EXTRACT(jsonPayload.function)","object":"REGEXP_EXTRACT(jsonPayload.object, \"^([^`]{1,160})\")","upload":"EXTRACT(jsonPayload.upload)"}},"displayName":"A function gave up on an upload"}],"displayName":"csvgate: an upload failed","documentation":{"content":"`${log.extracted_label.function}` gave up on the object `${log.extracted_label.object}` (upload\n`${log.extracted_label.upload}`) with the code `${log.extracted_label.code}`. Nothing is lost: its\ndead letter waits for you. The recipients in the contract get an email.\n\n`csvgate dlq list --upload ${log.extracted_label.upload}` shows the reason, and docs/runbook.md says\nwhat to do. A message without an upload has no name: `csvgate dlq list --owner operator` shows it.","mimeType":"text/markdown","subject":"csvgate: an upload failed (${log.extracted_label.code}): ${log.extracted_label.object}"},"enabled":true,"severity":"ERROR","userLabels":{"csvgate":"failed-uploads"}}
END
# alert policy failed-uploads does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-failed-uploads.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-function-errors.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"600s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["resource.label.service_name"],"perSeriesAligner":"ALIGN_DELTA"}],"comparison":"COMPARISON_GT","duration":"0s","filter":"metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=one_of(\"validate-and-parse\", \"enrich-records\", \"notify-stakeholders\") AND metric.label.response_code_class=\"5xx\"","thresholdValue":10,"trigger":{"count":1}},"displayName":"More than 10 failed requests in 10 minutes"}],"displayName":"csvgate: a function keeps failing","documentation":{"content":"`${resource.label.service_name}` fails often. Each failed request is retried with backoff, and its\nlast attempt becomes a dead letter. The log entries `will be retried` have the code of each failure.","mimeType":"text/markdown"},"enabled":true,"severity":"WARNING","userLabels":{"csvgate":"function-errors"}}
END
# alert policy function-errors does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-function-errors.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-quota-exceeded.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["resource.label.service","metric.label.quota_metric"],"perSeriesAligner":"ALIGN_COUNT_TRUE"}],"comparison":"COMPARISON_GT","duration":"0s","filter":"metric.type=\"serviceruntime.googleapis.com/quota/exceeded\" AND resource.type=\"consumer_quota\" AND resource.label.service=one_of(\"run.googleapis.com\", \"cloudfunctions.googleapis.com\", \"eventarc.googleapis.com\", \"pubsub.googleapis.com\", \"storage.googleapis.com\", \"bigquery.googleapis.com\", \"bigquerystorage.googleapis.com\", \"secretmanager.googleapis.com\")","thresholdValue":0,"trigger":{"count":1}},"displayName":"A service refused requests because of a quota"}],"displayName":"csvgate: a quota was exceeded","documentation":{"content":"`${resource.label.service}` refused requests because the quota `${metric.label.quota_metric}` is used\nup. Functions retry, so uploads take longer, and nothing is lost as long as events have delivery\nattempts left: `csvgate status` shows what waits.\n\nAsk for more under *IAM & Admin* \u2192 *Quotas & System Limits*. If Cloud Run's CPU is exceeded, lower\n`max_instances` in deploy/env instead: events then wait in their subscription.","mimeType":"text/markdown"},"enabled":true,"severity":"ERROR","userLabels":{"csvgate":"quota-exceeded"}}
END
# alert policy quota-exceeded does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-quota-exceeded.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-quota-used.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionPrometheusQueryLanguage":{"disableMetricValidation":true,"duration":"300s","evaluationInterval":"60s","query":"max by (service, quota_metric, location) (serviceruntime_googleapis_com:quota_allocation_usage{monitored_resource=\"consumer_quota\", service=~\"(run|cloudfunctions|eventarc|pubsub|storage|bigquery|bigquerystorage|secretmanager)[.]googleapis[.]com\"}) / on (service, quota_metric, location) min by (service, quota_metric, location) (serviceruntime_googleapis_com:quota_limit{monitored_resource=\"consumer_quota\"} > 0) > 0.8"},"displayName":"More than 80% of what may be allocated at a time"},{"conditionPrometheusQueryLanguage":{"disableMetricValidation":true,"duration":"300s","evaluationInterval":"60s","query":"sum by (service, quota_metric, location) (increase(serviceruntime_googleapis_com:quota_rate_net_usage{monitored_resource=\"consumer_quota\", service=~\"(run|cloudfunctions|eventarc|pubsub|storage|bigquery|bigquerystorage|secretmanager)[.]googleapis[.]com\"}[1m])) / on (service, quota_metric, location) min by (service, quota_metric, location) (serviceruntime_googleapis_com:quota_limit{monitored_resource=\"consumer_quota\"} > 0) > 0.8"},"displayName":"More than 80% of the requests or bytes of a minute"}],"displayName":"csvgate: a quota is nearly used up","documentation":{"content":"More than 80% of a quota of this project was used for five minutes; the labels of the alert name\nthe service, the metric and the location. When it is used up, requests are refused: uploads wait and\nare retried, nothing is lost.\n\n`csvgate estimate --env ENV` shows which quotas uploads come close to. Ask for more under *IAM & Admin*\n\u2192 *Quotas & System Limits*, or lower `max_instances` in deploy/env.","mimeType":"text/markdown"},"enabled":true,"severity":"WARNING","userLabels":{"csvgate":"quota-used"}}
END
# alert policy quota-used does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-quota-used.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-saturated.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"600s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["metric.label.service"],"perSeriesAligner":"ALIGN_DELTA"}],"comparison":"COMPARISON_GT","duration":"600s","filter":"metric.type=\"logging.googleapis.com/user/csvgate_saturated_requests\" AND resource.type=\"cloud_run_revision\"","thresholdValue":100,"trigger":{"count":1}},"displayName":"More than 100 requests answered with 429 in each of two 10-minute periods"}],"displayName":"csvgate: a function has too few instances","documentation":{"content":"All instances of `${metric.label.service}` are busy, so Cloud Run answers events with 429. Each of\nthese answers uses up one of the event's delivery attempts, and an event without attempts becomes a\ndead letter (platform.max_attempts), which can be replayed.\n\nIf it does not end by itself, raise `max_instances` in deploy/env and deploy. If the requests take\nunusually long, the function's log and `csvgate status` show why.","mimeType":"text/markdown"},"enabled":true,"severity":"WARNING","userLabels":{"csvgate":"saturated"}}
END
# alert policy saturated does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-saturated.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-several-failed-uploads.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"1800s","crossSeriesReducer":"REDUCE_SUM","perSeriesAligner":"ALIGN_DELTA"}],"comparison":"COMPARISON_GT","duration":"0s","filter":"metric.type=\"logging.googleapis.com/user/csvgate_failed_uploads\" AND resource.type=\"cloud_run_revision\"","thresholdValue":1,"trigger":{"count":1}},"displayName":"More than one within half an hour"},{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"86400s","crossSeriesReducer":"REDUCE_SUM","perSeriesAligner":"ALIGN_DELTA"}],"comparison":"COMPARISON_GT","duration":"0s","filter":"metric.type=\"logging.googleapis.com/user/csvgate_failed_uploads\" AND resource.type=\"cloud_run_revision\"","thresholdValue":20,"trigger":{"count":1}},"displayName":"More than 20 within a day"}],"displayName":"csvgate: several uploads failed","documentation":{"content":"The functions gave up on more uploads than the alert *an upload failed* can name one by one.\n\n`csvgate dlq groups --owner operator` counts their dead letters by code, with what to do;\n`csvgate dlq list --owner operator` names each object. `csvgate breaker` shows whether a function has\nstopped dead-lettering because nearly everything failed.","mimeType":"text/markdown"},"enabled":true,"severity":"ERROR","userLabels":{"csvgate":"several-failed-uploads"}}
END
# alert policy several-failed-uploads does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-several-failed-uploads.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-slow-uploads.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"3600s","crossSeriesReducer":"REDUCE_MAX","perSeriesAligner":"ALIGN_PERCENTILE_95"}],"comparison":"COMPARISON_GT","duration":"0s","filter":"metric.type=\"logging.googleapis.com/user/csvgate_upload_seconds\" AND resource.type=\"cloud_run_revision\"","thresholdValue":900,"trigger":{"count":1}},"displayName":"One upload in twenty took more than 15 minutes"}],"displayName":"csvgate: uploads are slow","documentation":{"content":"The time is counted from arrival to the last row. `csvgate status UPLOAD` shows what takes long:\nretries (delivered.again), or chunks that wait for instances (`max_instances` in\ndeploy/topology.yaml).","mimeType":"text/markdown"},"enabled":true,"severity":"WARNING","userLabels":{"csvgate":"slow-uploads"}}
END
# alert policy slow-uploads does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-slow-uploads.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-unsent-emails.json <<'END'
{"alertStrategy":{"autoClose":"604800s","notificationRateLimit":{"period":"1800s"}},"combiner":"OR","conditions":[{"conditionMatchedLog":{"filter":"resource.type=\"cloud_run_revision\"\nseverity=\"ERROR\"\njsonPayload.message=\"dead-lettered\"\njsonPayload.function=\"notify_stakeholders\"","labelExtractors":{"code":"EXTRACT(jsonPayload.code)","object":"REGEXP_EXTRACT(jsonPayload.object, \"^([^`]{1,160})\")","upload":"EXTRACT(jsonPayload.upload)"}},"displayName":"notify_stakeholders gave up on an email"}],"displayName":"csvgate: an email could not be sent","documentation":{"content":"The email about the object `${log.extracted_label.object}` (upload `${log.extracted_label.upload}`)\ncould not be sent: `${log.extracted_label.code}`. Its data is not affected. Likely causes are\nSendGrid's API key, sender or limits.\n\n`csvgate dlq list --upload ${log.extracted_label.upload}` shows the dead letter with its reason: fix\nthe cause, then replay it.","mimeType":"text/markdown","subject":"csvgate: an email could not be sent (${log.extracted_label.code}): ${log.extracted_label.object}"},"enabled":true,"severity":"WARNING","userLabels":{"csvgate":"unsent-emails"}}
END
# alert policy unsent-emails does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-unsent-emails.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/alert-policy-waiting-events.json <<'END'
{"alertStrategy":{"autoClose":"604800s"},"combiner":"OR","conditions":[{"conditionThreshold":{"aggregations":[{"alignmentPeriod":"60s","crossSeriesReducer":"REDUCE_MAX","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_MAX"}],"comparison":"COMPARISON_GT","duration":"300s","filter":"metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=monitoring.regex.full_match(\"eventarc-.*(validate-and-parse|enrich-records|notify-stakeholders).*\")","thresholdValue":1800,"trigger":{"count":1}},"displayName":"The oldest event in a trigger's subscription"}],"displayName":"csvgate: events are waiting for a function","documentation":{"content":"Uploads wait, because an event fails again and again, the function does not start, or all its\ninstances are busy. The function's log says why: filter by `severity>=WARNING`. `csvgate breaker`\nshows whether it has stopped dead-lettering, and `csvgate doctor` checks triggers and roles. An event\nthat runs out of delivery attempts becomes a dead letter, which can be replayed.","mimeType":"text/markdown"},"enabled":true,"severity":"ERROR","userLabels":{"csvgate":"waiting-events"}}
END
# alert policy waiting-events does not exist
gcloud alpha monitoring policies create --policy-from-file=build/alert-policy-waiting-events.json "--notification-channels=${CHANNEL_A}" --project=example-csvgate-staging
cat > build/dashboard-csvgate.json <<'END'
{"displayName":"csvgate","labels":{"csvgate":""},"mosaicLayout":{"columns":12,"tiles":[{"height":4,"widget":{"title":"Seconds from arrival to the last row, median and 95th percentile","xyChart":{"dataSets":[{"legendTemplate":"median","plotType":"LINE","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_MAX","perSeriesAligner":"ALIGN_PERCENTILE_50"},"filter":"metric.type=\"logging.googleapis.com/user/csvgate_upload_seconds\" AND resource.type=\"cloud_run_revision\""}}},{"legendTemplate":"95th percentile","plotType":"LINE","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_MAX","perSeriesAligner":"ALIGN_PERCENTILE_95"},"filter":"metric.type=\"logging.googleapis.com/user/csvgate_upload_seconds\" AND resource.type=\"cloud_run_revision\""}}}],"yAxis":{"label":"s","scale":"LOG10"}}},"width":6},{"height":4,"widget":{"title":"Waiting dead letters","xyChart":{"dataSets":[{"plotType":"STACKED_AREA","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"60s","crossSeriesReducer":"REDUCE_MAX","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_MAX"},"filter":"metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=one_of(\"validate-and-parse-dead-letter-review\", \"enrich-records-dead-letter-review\", \"notify-stakeholders-dead-letter-review\")"}}}]}},"width":6,"xPos":6},{"height":4,"widget":{"title":"Failed uploads and unsent emails","xyChart":{"dataSets":[{"plotType":"STACKED_BAR","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["metric.label.function","metric.label.code"],"perSeriesAligner":"ALIGN_DELTA"},"filter":"metric.type=\"logging.googleapis.com/user/csvgate_failed_uploads\" AND resource.type=\"cloud_run_revision\""}}},{"plotType":"STACKED_BAR","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["metric.label.code"],"perSeriesAligner":"ALIGN_DELTA"},"filter":"metric.type=\"logging.googleapis.com/user/csvgate_unsent_emails\" AND resource.type=\"cloud_run_revision\""}}}]}},"width":6,"yPos":4},{"height":4,"widget":{"title":"Age of the oldest dead letter","xyChart":{"dataSets":[{"plotType":"LINE","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_MAX","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_MAX"},"filter":"metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=one_of(\"validate-and-parse-dead-letter-review\", \"enrich-records-dead-letter-review\", \"notify-stakeholders-dead-letter-review\")"}}}],"thresholds":[{"label":"1 day","value":86400},{"label":"31 days (lost)","value":2678400}]}},"width":6,"xPos":6,"yPos":4},{"height":4,"widget":{"title":"Requests by function and response","xyChart":{"dataSets":[{"plotType":"STACKED_BAR","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"60s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["resource.label.service_name","metric.label.response_code_class"],"perSeriesAligner":"ALIGN_DELTA"},"filter":"metric.type=\"run.googleapis.com/request_count\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=one_of(\"validate-and-parse\", \"enrich-records\", \"notify-stakeholders\")"}}}]}},"width":6,"yPos":8},{"height":4,"widget":{"title":"Retried deliveries, by reason","xyChart":{"dataSets":[{"plotType":"STACKED_BAR","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["metric.label.function","metric.label.code"],"perSeriesAligner":"ALIGN_DELTA"},"filter":"metric.type=\"logging.googleapis.com/user/csvgate_retries\" AND resource.type=\"cloud_run_revision\""}}}]}},"width":6,"xPos":6,"yPos":8},{"height":4,"widget":{"title":"Request duration by function, 95th percentile","xyChart":{"dataSets":[{"plotType":"LINE","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"60s","crossSeriesReducer":"REDUCE_PERCENTILE_95","groupByFields":["resource.label.service_name"],"perSeriesAligner":"ALIGN_DELTA"},"filter":"metric.type=\"run.googleapis.com/request_latencies\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=one_of(\"validate-and-parse\", \"enrich-records\", \"notify-stakeholders\")"}}}],"yAxis":{"label":"ms","scale":"LOG10"}}},"width":6,"yPos":12},{"height":4,"widget":{"title":"Age of the oldest waiting event","xyChart":{"dataSets":[{"plotType":"LINE","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"60s","crossSeriesReducer":"REDUCE_MAX","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_MAX"},"filter":"metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=monitoring.regex.full_match(\"eventarc-.*(validate-and-parse|enrich-records|notify-stakeholders).*\")"}}}]}},"width":6,"xPos":6,"yPos":12},{"height":4,"widget":{"title":"Requests that found all instances busy (429)","xyChart":{"dataSets":[{"plotType":"STACKED_BAR","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"60s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["metric.label.service"],"perSeriesAligner":"ALIGN_DELTA"},"filter":"metric.type=\"logging.googleapis.com/user/csvgate_saturated_requests\" AND resource.type=\"cloud_run_revision\""}}}]}},"width":6,"xPos":6,"yPos":16},{"height":4,"widget":{"title":"Instances by function","xyChart":{"dataSets":[{"plotType":"STACKED_AREA","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"60s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["resource.label.service_name"],"perSeriesAligner":"ALIGN_MAX"},"filter":"metric.type=\"run.googleapis.com/container/instance_count\" AND resource.type=\"cloud_run_revision\" AND resource.label.service_name=one_of(\"validate-and-parse\", \"enrich-records\", \"notify-stakeholders\")"}}}]}},"width":6,"yPos":16},{"height":4,"widget":{"title":"Letters about rejected rows and files (the uploaders'), by code and dataset","xyChart":{"dataSets":[{"plotType":"STACKED_BAR","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["metric.label.code","metric.label.dataset"],"perSeriesAligner":"ALIGN_DELTA"},"filter":"metric.type=\"logging.googleapis.com/user/csvgate_uploader_letters\" AND resource.type=\"cloud_run_revision\""}}}]}},"width":6,"yPos":20},{"height":4,"widget":{"title":"Messages that Pub/Sub forwarded, because a function did not answer","xyChart":{"dataSets":[{"plotType":"STACKED_BAR","timeSeriesQuery":{"timeSeriesFilter":{"aggregation":{"alignmentPeriod":"300s","crossSeriesReducer":"REDUCE_SUM","groupByFields":["resource.label.subscription_id"],"perSeriesAligner":"ALIGN_DELTA"},"filter":"metric.type=\"pubsub.googleapis.com/subscription/dead_letter_message_count\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=monitoring.regex.full_match(\"eventarc-.*(validate-and-parse|enrich-records|notify-stakeholders).*\")"}}}]}},"width":6,"xPos":6,"yPos":20}]},"name":"projects/example-csvgate-staging/dashboards/csvgate"}
END
# dashboard csvgate does not exist
gcloud monitoring dashboards create --config-from-file=build/dashboard-csvgate.json --project=example-csvgate-staging

# Summary: create 119, change 0, delete 0, unchanged 0, by hand 1
