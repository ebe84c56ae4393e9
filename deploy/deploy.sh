#!/usr/bin/env bash
# Deploy to a project until it matches deploy/topology.yaml and deploy/env/ENV.yaml.
#   deploy/deploy.sh ENV [--plan [--out FILE] | --plan-file FILE] [--canary PERCENT | --promote]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
csvgate=.venv/bin/csvgate
if [[ ! -x $csvgate ]]; then
  make --silent setup-deploy
  csvgate=.venv-deploy/bin/csvgate
fi
exec "$csvgate" deploy "$@"
