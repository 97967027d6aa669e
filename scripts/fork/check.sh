#!/usr/bin/env bash
# Checks a fork as it was made, without a build: the old name is gone, planted bugs can be applied, links in
# documents have targets, scripts that are named exist, fixtures have their hashes, no block for the template
# is left.
#   scripts/fork/check.sh FORK
# Exit status: 0 no fault; 1 faults, each on a line.
set -euo pipefail
export LC_ALL=C
cd "$1"
faults=$(mktemp)
trap 'rm -f "$faults"' EXIT

# Each line of stdin is a fault.
report() { sed "s|^|$1: |" >> "$faults"; }  # KIND

kept='^\./(LICENSE|NOTICE)(:|$)'
{ grep -rniI digits . || true; } | { grep -vE "$kept" || true; } | report "old name"
find . -iname '*digits*' | report "old name"
{ grep -rnI '\[fork: ' . || true; } | report "block for the template"
applies() { patch --quiet --strip=1 --fuzz=0 --dry-run > /dev/null 2>&1; }
# All at once, and only if one does not apply, one by one.
find . -name '*.patch' -exec cat {} + | applies || while IFS= read -r patch; do
  applies < "$patch" || echo "$patch"
done < <(find . -name '*.patch') | report "planted bug does not apply"
while IFS= read -r document; do
  { grep -oE '\]\([^):# ]+[)#]' "$document" || true; } | sed 's/^](//; s/.$//' | while IFS= read -r target; do
    [ -e "$(dirname "$document")/$target" ] || echo "$document: $target"
  done
done < <(find . -name '*.md') | report "link without target"
{ grep -rnosIE '(^|[^[:alnum:]_./-])(\./)?(scripts|bench|tests)/[[:alnum:]_./-]*\.sh\b' \
  ./.ci ./.github ./scripts ./docs ./README.md ./CONTRIBUTING.md || true; } |
  sed -E 's/^([^:]*:[0-9]+:)[^[:alnum:]]*/\1 /' | while read -r file script; do
    [ -e "$script" ] || echo "$file $script"
  done | report "names a missing script"
(cd data/fixtures && { grep -E '^[0-9a-f]{64}  ' README.md | sha256sum --check --quiet 2>&1 || true; }) |
  report "fixture"
cat "$faults"
[ ! -s "$faults" ]
