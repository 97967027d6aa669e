#!/usr/bin/env bash
# Takes the pictures of the README from a run: its report, and the page of `digits serve`.
#   scripts/pictures.sh RUN
# Needs chromium, node, ImageMagick, and playwright-core, whose folder is DIGITS_PLAYWRIGHT
# (npm install playwright-core).
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 1 ] && [ -f "$1/report.html" ] ||
  { echo "usage: scripts/pictures.sh RUN (a folder with report.html)" >&2; exit 2; }
for tool in chromium node convert; do
  command -v "$tool" > /dev/null || { echo "pictures.sh: $tool is missing" >&2; exit 1; }
done
digits=${DIGITS:-build/release/digits}
shots=$(mktemp -d)
server=""
finish() { [ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$shots"; }
trap finish EXIT

chromium --headless --no-sandbox --hide-scrollbars --window-size=1100,1000 \
  --screenshot="$shots/report.png" "file://$(realpath "$1")/report.html" 2> /dev/null

"$digits" serve --model "$1" --port 0 > "$shots/address.txt" &
server=$!
until url=$(grep -om 1 'http://[^ ]*' "$shots/address.txt"); do sleep 0.1; done
node extras/serve/tests/smoke/page.cjs "${DIGITS_PLAYWRIGHT:?}" "$(command -v chromium)" \
  "$url/" "$shots" > /dev/null

mkdir -p docs/images
for name in report page; do
  [ "$name" = page ] && from=wide-0 || from=report
  convert "$shots/$from.png" -resize 820x +dither -colors 128 -strip "PNG8:docs/images/$name.png"
done
ls -l docs/images
