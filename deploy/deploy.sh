#!/usr/bin/env bash
# Bring a project to what deploy/topology.yaml and deploy/env/ENV.yaml say.
#   deploy/deploy.sh ENV [--plan]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -x .venv/bin/csvgate ]] || make setup
exec .venv/bin/csvgate deploy "$@"
