#!/usr/bin/env bash
# Remove from a project what deploy/deploy.sh made there; data stay without --delete-data.
#   deploy/teardown.sh ENV [--plan] [--delete-data] [--yes]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -x .venv/bin/csvgate ]] || make setup
exec .venv/bin/csvgate teardown "$@"
