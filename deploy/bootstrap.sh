#!/usr/bin/env bash
# Let a repository on GitHub plan, deploy and check an environment. An owner of the project runs this.
#   deploy/bootstrap.sh ENV OWNER/NAME [--print]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if (($# < 2)); then
  sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
csvgate=.venv/bin/csvgate
if [[ ! -x $csvgate ]]; then
  make --silent setup-deploy
  csvgate=.venv-deploy/bin/csvgate
fi
script=$("$csvgate" bootstrap "$1" --repository "$2")
if [[ ${3-} == --print ]]; then
  printf '%s\n' "$script"
else
  bash -c "$script"
fi
