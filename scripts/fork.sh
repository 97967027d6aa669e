#!/usr/bin/env bash
# Makes a project of your own from this template:
#   scripts/fork.sh DESTINATION --name NAME [--without EXTRA,...|all] [--classes CLASS,...]
#
# DESTINATION, a new or empty folder, gets the files of this tree under the new name: program, namespace,
# CMake targets, environment variables, formats, documents. It does not get the history, the course, the
# measured values and this script.
#
#   --name NAME     the new name: a C++ identifier in lower case, such as garments
#   --without LIST  extras to leave out: names of folders in extras/, or all
#   --classes LIST  the names of your classes: configs/NAME.toml then describes a set with one folder of
#                   images for each class, data/NAME/CLASS
#
# docs/fork.md says how to start, and how scripts/update_fork.sh applies later changes of the template.
# Exit status: 0 done; 2 wrong usage, or DESTINATION cannot be used.

set -euo pipefail
export LC_ALL=C
here=$(pwd)
cd "$(dirname "$0")/.."
template=$(pwd -P)
# Paths that a fork does not get, as an extended regular expression.
omitted='^(README\.md|NOTICE|docs/(fork|performance)\.md|scripts/(update_)?fork[./].*|docs/(course|images)/.*'
omitted+='|scripts/pictures\.sh'
omitted+='|tests/scripts/(update_)?fork_test\.cpp|tests/mutants/fork/.*|(.*/)?course[^/]*\.(sh|cpp|h|cmake|patch))$'
keywords=' alignas alignof and asm auto bitand bitor bool break case catch char class compl concept const
consteval constexpr constinit continue decltype default delete do double else enum explicit export extern
false float for friend goto if inline int long mutable namespace new noexcept not nullptr operator or
private protected public register requires return short signed sizeof static struct switch template this
throw true try typedef typeid typename union unsigned using virtual void volatile while xor '

fail() { echo "fork.sh: $1 (hint: $2)" >&2; exit 2; }  # SEEN HINT

check_git() {
  [ ! -e .git ] || git rev-parse --show-toplevel > /dev/null ||
    fail "git cannot read $template, though it has .git" "do as git says above"
}

is_checkout() { [ "$(git rev-parse --show-toplevel 2> /dev/null)" = "$template" ]; }

list_files() {  # of the template, or of a copy without git
  local file
  if is_checkout; then
    git ls-files | while IFS= read -r file; do [ ! -f "$file" ] || echo "$file"; done
  else
    find . -regex './\(build\|runs\|models\|\.git\|\.cache\|data/mnist\)' -prune -o -type f -printf '%P\n'
  fi | grep -vE "$omitted"
}

file_with() {  # WORD: the first file that uses it, alone or before an underscore
  local file
  file=$(printf '%s\0' "${files[@]}" | grep -zv '^\.github/' |
    { xargs -0 grep -IlwiE "$1(_[a-z0-9_]*)?" || true; } | sed -n 1p)
  [ "$1" != numerals ] || file=scripts/fork/words.sed
  echo "$file"
}

check_name() {
  local other hint="a word in lower case for your images: --name garments"
  local identifier='^[a-z](_?[a-z0-9])*$'
  [ -n "$name" ] || fail "no --name" "$hint"
  if [[ ! $name =~ $identifier ]]; then
    other=$(sed -E 's/[^a-z0-9]+/_/g; s/^_|_$//g' <<< "${name,,}")
    [[ ! $other =~ $identifier ]] || hint="for example --name $other"
    fail "--name \"$name\", expected a C++ identifier in lower case" "$hint"
  fi
  [[ ${keywords//[[:space:]]/ } != *" $name "* ]] || fail "--name $name is a C++ keyword" "$hint"
}

check_name_is_new() {  # reads the whole tree
  local file other ending
  file=$(file_with "$name")
  [ -n "$file" ] || return 0
  for ending in images pictures photos; do
    other=${name}_$ending
    [ -n "$(file_with "$other")" ] || break
  done
  fail "--name $name is a word of the template, in $file" "for example --name $other"
}

# The parts of a list, without the spaces around its commas.
split() {  # ARRAY LIST
  IFS=, read -ra "$1" <<< "$(sed -E 's/ *, */,/g; s/^ +| +$//g' <<< "$2")"
}

join() { local IFS=,; echo "$*"; }

check_extras() {  # `extras` are those that remain
  local extra names
  mapfile -t extras < <(ls extras 2> /dev/null)
  split names "$without"
  without=$(join "${names[@]}")
  for extra in "${names[@]}"; do
    [ "$extra" != all ] || extras=()
    [ "$extra" = all ] || { [[ $extra =~ ^[a-z0-9_]+$ ]] && [ -d "extras/$extra" ]; } ||
      fail "--without $extra: no such extra" "expected some of: $(ls extras 2> /dev/null | paste -sd ' '), or all"
    mapfile -t extras < <(printf '%s\n' "${extras[@]}" | grep -vx -e "$extra" -e '')
  done
}

check_classes() {
  local class same
  split class_names "$classes"
  classes=$(join "${class_names[@]}")
  for class in "${class_names[@]}"; do
    [[ $class =~ ^[[:alnum:]][[:alnum:]\ ._-]*$ ]] ||
      fail "--classes: \"$class\" cannot name a folder" "use ASCII letters and numbers, spaces, and . _ -"
    [[ ! ${class,,} =~ ^(train|training|val|valid|validation|dev|test|testing)$ ]] ||
      fail "--classes: a folder \"$class\" is read as a part of the set" "choose another name"
  done
  [ ${#class_names[@]} -ne 1 ] && [ -z "$(printf '%s\n' "${class_names[@]}" | sort | uniq -d)" ] ||
    fail "--classes $classes, expected two or more different names" "--classes coat,dress,shoe"
  same=$(printf '%s\n' "${class_names[@],,}" | sort | uniq -d | sed -n 1p)
  [ -z "$same" ] || fail "--classes: two names of \"$same\" differ in case only" "choose another name"
}

check_destination() {
  [ -n "$destination" ] || fail "no DESTINATION" "scripts/fork.sh ../garments --name garments"
  [[ $destination == /* ]] || destination=$here/$destination
  [[ $(realpath -m "$destination")/ != "$template"/* ]] ||
    fail "$destination is inside the template" "choose a folder beside it: scripts/fork.sh ../$name"
  [ -z "$(ls -A "$destination" 2>&1)" ] || [ ! -e "$destination" ] ||
    fail "$destination exists and is not empty" "choose a new folder: nothing is overwritten"
}

rename() {  # the lines of stdin, or with -i those of files
  sed -E -f "$template/scripts/fork/words.sed" -e "s/@project@|digits/$name/g" \
    -e "s/Digits/$(sed -E 's/(^|_)([a-z])/\U\2/g' <<< "$name")/g" -e "s/DIGITS/${name^^}/g" "$@"
}

copy_files() {
  local file to extra texts
  printf '%s\0' "${files[@]}" | xargs -0 cp -p --parents -t "$destination"
  while IFS=$'\t' read -r file to; do
    [ "$file" != "$to" ] || continue
    [[ $to != */* ]] || mkdir -p "$destination/${to%/*}"
    mv "$destination/$file" "$destination/$to"
  done < <(paste <(printf '%s\n' "${files[@]}") <(printf '%s\n' "${files[@]}" | rename))
  for extra in extras/*/; do
    [[ " ${extras[*]} " == *" $(basename "$extra") "* ]] || rm -rf "${destination:?}/$extra"
  done
  find "$destination" -type d -empty -delete
  mapfile -d '' -t texts < <(grep -rIlZi digits "$destination")
  rename -i "${texts[@]}"
}

find_revision() {
  revision=${FORK_REVISION:-}
  [ -z "$revision" ] || return 0
  revision=unknown
  ! is_checkout || revision=$(git rev-parse HEAD)$(git diff --quiet HEAD || echo -changed)
}

# FORK_FORMATTED=no, of an update, makes a fork as on a machine without clang-format.
find_formatter() {
  formatted=no
  [ "${FORK_FORMATTED:-yes}" = no ] || ! scripts/clang_format.sh > /dev/null ||
    ! command -v patch > /dev/null || formatted=yes
}

fill() {  # the text of stdin
  local left_out=${without:-none}
  [ ${#extras[@]} -gt 0 ] || left_out=all
  sed -e "s/@NAME@/$name/g" -e "s/@REVISION@/$revision/" -e "s/@WITHOUT@/${left_out//,/, }/" \
    -e "s/@CLASSES@/${classes//,/, }/" -e "s/@COUNT@/${#class_names[@]}/"
}

write_documents() {
  fill < scripts/fork/README.md > "$destination/README.md"
  fill < scripts/fork/NOTICE > "$destination/NOTICE"
  mkdir -p "$destination/docs"
  cp scripts/fork/performance.md "$destination/docs/performance.md"
  printf '%s: %s\n' revision "$revision" name "$name" without "$without" classes "$classes" \
    formatted "$formatted" > "$destination/.template"
  [ -n "$classes" ] || return 0
  fill < scripts/fork/set.toml > "$destination/configs/$name.toml"
  echo "/data/$name/" >> "$destination/.gitignore"
  mkdir "$destination/data/$name"
  (cd "$destination/data/$name" && mkdir "${class_names[@]}")
}

# Removes the lines from "[fork: only with TAG]" to "[fork: end]", and each "[fork: line only with TAG]".
# TAG is template, extras, an extra's path, classes, or generated data.
drop_marked() {
  local file kept
  kept=":${extras[*]:+extras:}$(printf 'extras/%s:' "${extras[@]}")${classes:+classes:}"
  [ -n "$classes" ] || kept+='generated data:'
  while IFS= read -r -d '' file; do
    awk -v kept="$kept" '
      function is_kept(tag) { sub(/.* only with /, "", tag); sub(/\].*/, "", tag); return index(kept, ":" tag ":") }
      /\[fork: end\]/ { off = 0; next }
      /\[fork: only with / { off = !is_kept($0); next }
      /\[fork: line only with / {
        if (!is_kept($0)) next
        sub(/ *(#|<!--) \[fork: .*/, "")
      }
      !off' "$file" > "$destination/.kept"
    cat "$destination/.kept" > "$file"
    rm "$destination/.kept"
  done < <(grep -rlZ '\[fork: ' "$destination")
}

# The page of the ML Test Score counts nothing that needs an extra or a value that the fork lacks.
score_without_extras() {
  local page=$destination/docs/ml_test_score.md absent
  [ -f "$page" ] || return 0
  absent=$(ls "$template/extras" 2> /dev/null | grep -vxFf <(printf '%s\n' "${extras[@]}") || true)
  awk -v absent="${absent//$'\n'/ }" -f scripts/fork/score.awk "$page" > "$destination/.scored"
  cat "$destination/.scored" > "$page"
  rm "$destination/.scored"
}

# Documents name nothing that the fork lacks; the hashes of the fixtures are renewed.
mend_documents() {
  local target
  score_without_extras
  cd "$destination"
  for target in "$template"/extras/*/; do  # in the layout
    [ -e "extras/$(basename "$target")" ] || sed -i "\|^extras/$(basename "$target") |d" docs/*.md
  done
  find . -name '*.md' -exec sed -i 's/performance\.md#[a-z0-9-]*/performance.md/g' {} +
  cd data/fixtures
  sed -nE 's/^[0-9a-f]{64}  //p' README.md | xargs -d '\n' -r sha256sum |
    awk '{ name = substr($0, 67) } new { line[name] = $0; next } name in line { $0 = line[name] } { print }' \
      new=1 - new=0 README.md > "$destination/.hashes"
  cat "$destination/.hashes" > README.md
  rm "$destination/.hashes"
  cd "$template"
}

summary() {
  local number=0 cannot_update='' update=''
  step() { echo "  $((++number)). $1"; }
  case $revision in
    unknown) cannot_update="it was made from a copy of the template without git" ;;
    *-changed) cannot_update="it was made from a template with uncommitted changes" ;;
  esac
  echo "$destination: $name, $(find "$destination" -type f | wc -l) files; extras: ${extras[*]:-none}"
  echo "Change first:"
  [ "$formatted" = yes ] ||
    step "the format: make the fork where clang-format 14 and patch are installed, or scripts/lint.sh fails"
  [ -n "$cannot_update" ] || update=": an update needs this commit"
  step "git init, and a commit of all files as they are$update"
  [ -z "$classes" ] || step "data/$name: copy your images into its folders, one for each class"
  step "scripts/run.sh${classes:+ --config configs/$name.toml}: the first model"
  step "configs/gates.toml: the bounds that your product needs"
  step "README.md: your first paragraph"
  [ -z "$cannot_update" ] || echo "The fork cannot be updated later: $cannot_update."
  echo "Kept: LICENSE (Apache-2.0), for the files of the template, and NOTICE, which names it."
}

name='' without='' classes='' destination=''
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed '1d; /^$/,$d; s/^# \{0,1\}//' scripts/fork.sh; exit ;;
    --name=* | --without=* | --classes=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    --name | --without | --classes)
      [ $# -ge 2 ] || fail "$1 has no value" "--help shows the usage"
      declare "${1#--}=$2"; shift 2 ;;
    *)
      [[ $1 != -* && -z $destination ]] || fail "unexpected $1" "--help shows the usage"
      destination=$1; shift ;;
  esac
done
check_name
check_extras
check_classes
check_destination
check_git
mapfile -t files < <(list_files)
check_name_is_new
find_revision
find_formatter
mkdir -p "$destination" 2> /dev/null && [ -w "$destination" ] ||
  fail "cannot make the folder $destination" "choose another one"
trap '[ $? = 0 ] || rm -rf "$destination"' EXIT
copy_files
write_documents
drop_marked
mend_documents
if [ "$formatted" = yes ]; then
  scripts/fork/format.sh "$destination"
fi
summary
