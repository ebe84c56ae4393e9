# What a console with id-token adds to a plan for an empty project.
set -euo pipefail
export CLOUDSDK_CORE_DISABLE_PROMPTS=1

# Console
# service account csvgate-console does not exist
gcloud iam service-accounts create csvgate-console '--display-name=csvgate operators_console' --project=example-csvgate-dev
# custom role csvgateConsole does not exist
gcloud iam roles create csvgateConsole '--title=csvgate console finds the topic of Storage events' --permissions=pubsub.subscriptions.list --stage=GA --project=example-csvgate-dev
# csvgate-console does not have roles/storage.objectViewer on bucket example-csvgate-dev-rejects
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-rejects --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-console does not have roles/storage.objectViewer on bucket example-csvgate-dev-staging
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-staging --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-console does not have roles/storage.objectViewer on bucket example-csvgate-dev-contracts
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-contracts --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-console does not have roles/storage.objectViewer on bucket example-csvgate-dev-audit
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-audit --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-console does not have roles/storage.objectCreator on bucket example-csvgate-dev-audit
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-audit --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectCreator --condition=None
# csvgate-console does not have roles/storage.objectUser on bucket example-csvgate-dev-uploads
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-uploads --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectUser --condition=None
# csvgate-console does not have roles/storage.objectViewer on bucket example-csvgate-dev-ledger
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-ledger --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer --condition=None
# csvgate-console does not have roles/storage.objectCreator on bucket example-csvgate-dev-ledger under its condition
gcloud storage buckets add-iam-policy-binding gs://example-csvgate-dev-ledger \
  --project=example-csvgate-dev \
  --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com \
  --role=roles/storage.objectCreator '--condition=^;^title=csvgate;expression=resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/enrich_records/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/notify_stakeholders/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/breakers/validate_and_parse/{revision}/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/jobs/{job}/begun.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/jobs/{job}/claims/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/jobs/{job}/ended.json") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/jobs/{job}/parts/") != "" || resource.name.extract("projects/_/buckets/example-csvgate-dev-ledger/objects/jobs/{job}/stop.json") != ""'
# csvgate-console does not have roles/pubsub.subscriber on subscription notify-stakeholders-dead-letter-review
gcloud pubsub subscriptions add-iam-policy-binding notify-stakeholders-dead-letter-review --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.subscriber
# csvgate-console does not have roles/pubsub.subscriber on subscription enrich-records-dead-letter-review
gcloud pubsub subscriptions add-iam-policy-binding enrich-records-dead-letter-review --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.subscriber
# csvgate-console does not have roles/pubsub.subscriber on subscription validate-and-parse-dead-letter-review
gcloud pubsub subscriptions add-iam-policy-binding validate-and-parse-dead-letter-review --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.subscriber
# csvgate-console does not have roles/pubsub.publisher on topic enrichment-complete
gcloud pubsub topics add-iam-policy-binding enrichment-complete --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-console does not have roles/pubsub.publisher on topic validated-records
gcloud pubsub topics add-iam-policy-binding validated-records --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
# csvgate-console does not have projects/example-csvgate-dev/roles/csvgateConsole on the project
gcloud projects add-iam-policy-binding example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=projects/example-csvgate-dev/roles/csvgateConsole --condition=None
# function operators-console does not exist
gcloud functions deploy operators-console \
  --gen2 \
  --region=europe-west1 \
  --project=example-csvgate-dev \
  --source=build/operators_console \
  --update-labels=csvgate-messages=dabc8cfe9232,csvgate-source=0000000000000000000000000000000000000000 \
  --runtime=python313 \
  --entry-point=operators_console \
  --memory=1Gi \
  --cpu=1 \
  --concurrency=20 \
  --min-instances=0 \
  --max-instances=1 \
  --timeout=300s \
  --service-account=csvgate-console@example-csvgate-dev.iam.gserviceaccount.com \
  --build-service-account=projects/example-csvgate-dev/serviceAccounts/csvgate-build@example-csvgate-dev.iam.gserviceaccount.com \
  --docker-repository=projects/example-csvgate-dev/locations/europe-west1/repositories/csvgate \
  --ingress-settings=all \
  --clear-vpc-connector \
  --set-build-env-vars=SOURCE_DATE_EPOCH=315619200 '--set-env-vars=^;^CSVGATE_AUDIT_BUCKET=example-csvgate-dev-audit;CSVGATE_CONSOLE_AUDIENCE=https://operators-console-{project_number}.europe-west1.run.app;CSVGATE_CONSOLE_MEMBERS=["ada@example.com"];CSVGATE_CONSOLE_ROUTES=[{"dead_letter_topic": "notify-stakeholders-dead-letter", "function": "notify_stakeholders", "is_storage": false, "retention": 2678400, "review": "notify-stakeholders-dead-letter-review", "source": "enrichment-complete", "trigger": "notify-stakeholders"}, {"dead_letter_topic": "enrich-records-dead-letter", "function": "enrich_records", "is_storage": false, "retention": 2678400, "review": "enrich-records-dead-letter-review", "source": "validated-records", "trigger": "enrich-records"}, {"dead_letter_topic": "validate-and-parse-dead-letter", "function": "validate_and_parse", "is_storage": true, "retention": 2678400, "review": "validate-and-parse-dead-letter-review", "source": "eventarc-validate-and-parse-sub", "trigger": "validate-and-parse"}];CSVGATE_CONSOLE_SIGN_IN=id-token;CSVGATE_CONTRACTS_BUCKET=example-csvgate-dev-contracts;CSVGATE_LEDGER_BUCKET=example-csvgate-dev-ledger;CSVGATE_REFERENCES_BUCKET=example-csvgate-dev-references;CSVGATE_REJECTS_BUCKET=example-csvgate-dev-rejects;CSVGATE_STAGING_BUCKET=example-csvgate-dev-staging;CSVGATE_UPLOADS_BUCKET=example-csvgate-dev-uploads;GOOGLE_CLOUD_PROJECT=example-csvgate-dev;LOG_EXECUTION_ID=false;LOG_LEVEL=DEBUG;THREADS=20' \
  --clear-secrets \
  --trigger-http \
  --no-allow-unauthenticated
# ada does not have roles/run.invoker on function operators-console
gcloud run services add-iam-policy-binding operators-console --region=europe-west1 --project=example-csvgate-dev --member=user:ada@example.com --role=roles/run.invoker
VALIDATE_AND_PARSE_TOPIC=$(gcloud eventarc triggers describe validate-and-parse --location=europe-west1 '--format=value(transport.pubsub.topic.basename())' --project=example-csvgate-dev)
# csvgate-console does not have roles/pubsub.publisher on trigger-topic validate-and-parse
gcloud pubsub topics add-iam-policy-binding "${VALIDATE_AND_PARSE_TOPIC}" --project=example-csvgate-dev --member=serviceAccount:csvgate-console@example-csvgate-dev.iam.gserviceaccount.com --role=roles/pubsub.publisher
