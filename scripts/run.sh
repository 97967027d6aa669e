#!/usr/bin/env bash
# From a bare machine to a trained, tested and packaged classifier:
#   scripts/run.sh [options of `digits run`]
# Installs missing packages, builds build/release/digits and runs it. A second call only runs it.
set -euo pipefail
here=$(pwd)
cd "$(dirname "$0")/.."
root=$(pwd)

scripts/setup.sh
scripts/build.sh release digits
cd "$here"
exec "$root/build/release/digits" run "$@"
