#!/usr/bin/env bash
# Applies the changes of this template to a project that scripts/fork.sh has made from it:
#   scripts/update_fork.sh FORK
#
# FORK is a clean git checkout with the file .template. The script makes two forks under the name and with
# the options of FORK, one from the template's revision in .template, one from this tree, and applies their
# difference to FORK. Files that FORK has deleted or added are not touched.
#
# Exit status: 0 done, the changes are staged in FORK; 1 some of them conflict with FORK's own; 2 wrong
# usage, or FORK cannot be updated: nothing was applied.

set -euo pipefail
here=$(pwd)
cd "$(dirname "$0")/.."

fail() { echo "update_fork.sh: $1 (hint: $2)" >&2; exit 2; }  # SEEN HINT
field() { sed -n "s/^$1: //p" "$fork/.template"; }

case ${1-} in
  -h | --help) sed '1d; /^$/,$d; s/^# \{0,1\}//' scripts/update_fork.sh; exit ;;
  '') fail "no FORK" "scripts/update_fork.sh ../garments" ;;
  -*) fail "unexpected $1" "--help shows the usage" ;;
esac
[ $# -eq 1 ] || fail "unexpected $2" "--help shows the usage"
fork=$(cd "$here" && cd "$1" 2> /dev/null && pwd -P) || fail "$1 is no folder" "name the folder of a fork"
[ -f "$fork/.template" ] || fail "$1 has no file .template" "name the folder of a fork"
[ "$(git -C "$fork" rev-parse --show-toplevel 2> /dev/null)" = "$fork" ] &&
  [ -z "$(git -C "$fork" status --porcelain)" ] ||
  fail "$1 is no clean git checkout" "commit your changes first"
from=$(field revision)
other_way="make a fork of a commit, and copy your changes into it"
case $from in
  unknown) fail "$1 was made from a copy of the template without git" "$other_way" ;;
  *-changed) fail "$1 was made from a template with uncommitted changes" "$other_way" ;;
esac
git cat-file -e "$from^{commit}" 2> /dev/null ||
  fail "this folder does not have the template's revision $from" "clone the template with its whole history"
export FORK_FORMATTED
FORK_FORMATTED=$(field formatted)
[ "$FORK_FORMATTED" != yes ] || { scripts/clang_format.sh && command -v patch; } > /dev/null ||
  fail "the sources of $1 were formatted; clang-format 14 or patch is missing here" \
    "scripts/setup.sh clang-format patch, on Debian 12"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
options=(--name "$(field name)" --classes "$(field classes)")
# Extras that FORK lacks: those it left out, those it has deleted, and those that are new in the template.
absent=$(for extra in extras/*/; do
  [ ! -d "$extra" ] || [ -d "$fork/$extra" ] || basename "$extra"
done | paste -sd ,)
mkdir "$work/template"
git archive "$from" | tar -x -C "$work/template"
FORK_REVISION=$from "$work/template/scripts/fork.sh" "$work/old" "${options[@]}" \
  --without "$(field without)" > /dev/null
scripts/fork.sh "$work/new" "${options[@]}" --without "$absent" > /dev/null

in_kept_extra() {  # or in no extra
  local path=${file#./}
  [[ $path != extras/*/* ]] || { path=${path#extras/}; [ -d "$fork/extras/${path%%/*}" ]; }
}

# What FORK has deleted stays deleted, and its own files are kept.
while IFS= read -r file; do
  [ -e "$fork/$file" ] || rm -f "$work/old/$file" "$work/new/$file"
done < <(cd "$work/old" && find . -type f)
while IFS= read -r file; do
  [ -e "$work/old/$file" ] || { [ ! -e "$fork/$file" ] && in_kept_extra; } || rm "$work/new/$file"
done < <(cd "$work/new" && find . -type f)

cd "$work"
git diff --no-index --no-prefix --no-renames --binary --full-index old new > changes || [ $? = 1 ]
[ -s changes ] || { echo "$fork: up to date with the template"; exit; }
# A merge needs the files of `old` as objects. A clone of FORK does not have those that it merged earlier.
while IFS= read -r file; do
  cmp -s "old/$file" "new/$file" || echo "$work/old/$file"
done < <(cd old && find . -type f) | git -C "$fork" hash-object -w --no-filters --stdin-paths > /dev/null
if ! git -C "$fork" apply --3way --whitespace=nowarn "$work/changes" 2> "$work/log"; then
  grep '^error' "$work/log" >&2 || true
  unmerged=$(git -C "$fork" diff --name-only --diff-filter=U)
  [ -n "$unmerged" ] || fail "nothing was applied" "git names the cause above"
  sed 's/^/conflict: /' <<< "$unmerged" >&2
  echo "update_fork.sh: some changes conflict with yours (hint: resolve them, or git reset --hard)" >&2
  exit 1
fi
echo "$fork: $(grep -c '^diff --git ' changes) files changed; next: scripts/test.sh, then a commit"
