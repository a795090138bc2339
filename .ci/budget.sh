#!/usr/bin/env bash
# Fails when the default build has more dependencies than its budget.
set -euo pipefail
cd "$(dirname "$0")/.."
budget=20
count=$(cargo tree --locked --edges normal,build --prefix none --format '{p}' |
  sed 's/ (.*//' | sort -u | grep -vc '^helpdesk ')
echo "dependencies of the default build: $count of $budget"
[ "$count" -le "$budget" ]
