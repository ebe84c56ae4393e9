#!/usr/bin/env bash
# Remove what deploy/deploy.sh created in a project; without --delete-data, data is kept.
#   deploy/teardown.sh ENV [--plan] [--delete-data] [--yes]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
csvgate=.venv/bin/csvgate
if [[ ! -x $csvgate ]]; then
  make --silent setup-deploy
  csvgate=.venv-deploy/bin/csvgate
fi
exec "$csvgate" teardown "$@"
