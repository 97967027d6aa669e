#!/usr/bin/env bash
# Makes a fork without extras in a temporary folder, and builds and runs its unit tier.
# DIGITS_PRESET  CMake preset of the fork (default release)
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=${DIGITS_PRESET:-release}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fork=$folder/garments
scripts/fork.sh "$fork" --name garments --without all --classes coat,shoe
scripts/fork/check.sh "$fork"
"$fork/scripts/build.sh" "$preset" unit_fast unit_torch
ctest --test-dir "$fork/build/$preset" --label-regex '^unit$' --no-tests=error --output-on-failure
