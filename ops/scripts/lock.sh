#!/usr/bin/env bash
# Lock every requirements.in to hashed requirements on one set of versions: first the development
# lock, then pip, the deploy commands, each function, the benchmark and the Pulumi program, constrained
# by it; Pulumi accepts only an older protobuf. The BigQuery emulators are locked separately, because
# their pins conflict with the others.
set -euo pipefail
cd "$(dirname "$0")/../.."
uv=(.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 "$@")
"${uv[@]}" requirements-dev.in -o requirements-dev.txt
for name in pip deploy; do
  "${uv[@]}" -c requirements-dev.txt "requirements-$name.in" -o "requirements-$name.txt"
done
for function in functions/*/; do
  "${uv[@]}" -c requirements-dev.txt "${function}requirements.in" -o "${function}requirements.txt"
done
"${uv[@]}" -c requirements-dev.txt bench/requirements.in -o bench/requirements.txt
mkdir -p build
sed -En '/^protobuf==/d; s/^([a-z0-9].*==.*) \\$/\1/p' requirements-dev.txt > build/constraints.txt
"${uv[@]}" -c build/constraints.txt deploy/pulumi/requirements.in -o deploy/pulumi/requirements.txt
"${uv[@]}" ops/bqemulator/requirements.in -o ops/bqemulator/requirements.txt
"${uv[@]/#3.11/3.13}" --override ops/local_bigquery/overrides.txt \
  ops/local_bigquery/requirements.in -o ops/local_bigquery/requirements.txt
