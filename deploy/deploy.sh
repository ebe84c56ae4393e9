#!/usr/bin/env bash
# Deploy to a project until it matches deploy/topology.yaml and deploy/env/ENV.yaml.
#   deploy/deploy.sh ENV [--plan]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -x .venv/bin/csvgate ]] || make setup
exec .venv/bin/csvgate deploy "$@"
