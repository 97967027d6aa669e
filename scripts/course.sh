#!/usr/bin/env bash
# The exercises of docs/course:
#   scripts/course.sh list             all exercises, with their state
#   scripts/course.sh start [ID]       prepares an exercise, such as 01a (default: the next one)
#   scripts/course.sh check [--all]    grades the present exercise; --all: every one that is marked done
#   scripts/course.sh hint             prints the next hint
#   scripts/course.sh solution         prints a solution
#   scripts/course.sh reset            starts the present exercise anew
#   scripts/course.sh progress         counts what is done
#   scripts/course.sh verify [ID...]   for authors: every exercise starts unsolved, and its solution passes
#
# An exercise is solved in a copy of the tree, course/tree; this tree is never changed. The first build of
# each test program takes a few minutes. Progress is kept in course/progress.txt, and the changes for
# each exercise in course/work.
#
# DIGITS_COURSE  the folder for all this (default: course)
# DIGITS_PRESET  CMake preset of the copy (default: release)
# DIGITS_COURSE_UNIT_SIZE  1 (default): a change compiles its file alone; 8: the first build finds its
#                objects in a compiler cache that the project's own build has filled
# SAMPLE         verify: the number of exercises to draw at random (default: all); the texts of all are checked
# SHARD          verify: I/N, such as 2/4: each N-th exercise, from the I-th
# Exit status: 0 solved or done, 1 not solved, 2 wrong usage, 3 the copy does not build.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(pwd)
preset=${DIGITS_PRESET:-release}
exercises=docs/course/exercises
[ "${1:-}" = verify ] && course=build/course || course=course  # a learner's work stays
course=${DIGITS_COURSE:-$course}
mkdir -p "$course/work"
course=$(cd "$course" && pwd)
tree=$course/tree progress=$course/progress.txt log=$course/log.txt
programs=$tree/build/$preset/tests
touch "$progress"

usage_error() { echo "course.sh: $1" >&2; exit 2; }
fail() { echo "course.sh: $1" >&2; exit 1; }
for tool in git patch cmake; do
  command -v "$tool" > /dev/null || fail "$tool is missing: scripts/setup.sh $tool"
done
# The learner's own configuration of git, and a checkout that calls this script, do not matter.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
. tests/mutants/planted_bugs.sh
find_patches

# --- The exercises -------------------------------------------------------------------------------

# The value of a header, or of the K-th section of that name without its indent.
field() { value_in "$root/$exercises/$1.txt" "$2"; }  # EXERCISE NAME
section() {                                           # EXERCISE NAME [K]
  awk -v name="$2:" -v k="${3:-1}" '
    /^[^ ]/ { seen += $0 == name; inside = $0 == name && seen == k; next }
    inside { sub(/^  /, ""); print }' "$root/$exercises/$1.txt"
}
hints_of() { grep -c '^Hint:$' "$root/$exercises/$1.txt" || true; }

# The patch that is planted or judged.
patch_for() {
  if [ "$(field "$1" Kind)" = judge ]; then echo "$root/$exercises/$1.patch"; else echo "${patch_of[$(field "$1" Bug)]:-}"; fi
}
# The test that must fail: PROGRAM SUITE.NAME.
test_of() { header "$(field "$1" Bug)" Test; }
# The file that defines the test SUITE.NAME.
file_of_test() {
  (cd "$root" && grep -lE "^(TEST(_F)?|RC_GTEST_PROP)\(${1%%.*}, ${1##*.}[,)]" -r tests extras --include='*.cpp' 2> /dev/null) | sed -n 1p
}

# An exercise about an extra is left out where the extra was deleted.
is_here() {
  local file
  file=$(patch_for "$1")
  [ -f "$file" ] && while read -r name; do [ -f "$root/$name" ] || return 1; done < <(files_in "$file")
}
all_exercises() {
  local file
  for file in "$root/$exercises"/*.txt; do
    file=${file##*/}
    [ "$file" = "*.txt" ] || echo "${file%.txt}"
  done
}
available() { local id; while read -r id; do ! is_here "$id" || echo "$id"; done < <(all_exercises); }
named() {  # ID: 3b, 03b or the full name
  local id found
  [[ $1 =~ ^[1-9][a-z] ]] && id=0$1 || id=$1
  found=$(all_exercises | grep -xE "${id}(_.*)?" | sed -n 1p || true)
  [ -n "$found" ] || usage_error "no exercise \"$1\"; scripts/course.sh list prints all"
  is_here "$found" || usage_error "exercise $found needs an extra that this tree does not have"
  echo "$found"
}

# --- Progress: a line for each exercise that was started: NAME STATE HINTS ------------------------

state_of() { local id state _; while read -r id state _; do [ "$id" != "$1" ] || echo "$state"; done < "$progress"; }
hints_shown() { local id _ hints; while read -r id _ hints; do [ "$id" != "$1" ] || echo "$hints"; done < "$progress"; }
mark() {  # NAME STATE HINTS
  { grep -v "^$1 " "$progress" || true; echo "$1 $2 $3"; } | sort > "$progress.new"
  mv "$progress.new" "$progress"
}
present() {
  [ -s "$course/present" ] || usage_error "no exercise was started; scripts/course.sh start begins the first"
  cat "$course/present"
}
# The first exercise after the present one that is not done, else the first of all that is not.
next_exercise() {
  local id last=""
  [ ! -s "$course/present" ] || last=$(cat "$course/present")
  while read -r id; do
    [ "$(state_of "$id")" = "done" ] || { echo "$id"; return; }
  done < <(available | sed "0,/^$last\$/d"; available)
}

. scripts/course_copy.sh
. scripts/course_grading.sh

# --- Commands ------------------------------------------------------------------------------------

start() {
  local id program test
  id=$1
  save_work
  prepare "$id"
  restore_work "$id"
  [ -n "$(state_of "$id")" ] || mark "$id" started 0
  printf '%s  (%s)  %s\n\n' "$id" "$(field "$id" Kind)" "$(field "$id" Title)"
  section "$id" Task
  echo "Lesson: $(ls docs/course/"${id:0:2}"_*.md)"
  echo
  read -r program test <<< "$(test_of "$id" 2> /dev/null || true)"
  case $(field "$id" Kind) in
    find)
      build "$program"
      echo "The test that fails:  $test  in ${tree#"$root/"}/$(file_of_test "$test")"
      "$programs/$program" --gtest_filter="$test" 2>&1 | grep -vE '^\[|^Note|^Running|^$' | sed -n '1,20s/^/  | /p' || true
      echo "Mend the source in ${tree#"$root/"}, not the test."
      ;;
    kill)
      build "$program"
      echo "Write the body of  $test  in ${tree#"$root/"}/$(file_of_test "$test")"
      ;;
    judge)
      sed '1,/^---/{/^---/!d}' "$(patch_for "$id")" | sed 's/^/  | /'
      echo "Write your verdict into ${tree#"$root/"}/answer.txt:"
      echo "  Verdict: bug or equivalent"
      echo "and one of these two:"
      echo "  Test:    for a bug: PROGRAM SUITE.NAME of a test that fails with the change, such as unit_fast SplitLast.TakesTheLastSamples"
      echo "  Reason:  one or two sentences"
      ;;
  esac
  echo "Then: scripts/course.sh check   (or: hint, solution, reset)"
}

check_present() {
  local id
  id=$(present)
  save_work
  (grade "$id") || { local status=$?; [ "$(state_of "$id")" != "done" ] || mark "$id" started "$(hints_shown "$id")"; return "$status"; }
  mark "$id" "done" "$(hints_shown "$id")"
  printf '\nSolved: %s.\n' "$id"
  section "$id" Answer
  local next
  next=$(next_exercise)
  if [ -n "$next" ]; then echo "Next: scripts/course.sh start $next"; else echo "All are done. scripts/course.sh check --all tries them once more."; fi
}

# Un-marks what no longer holds, for example after the project has changed.
check_all() {
  local id status=0 tried=0 graded former=""
  save_work
  [ ! -s "$course/present" ] || former=$(cat "$course/present")
  while read -r id <&9; do
    [ "$(state_of "$id")" = "done" ] || continue
    tried=$((tried + 1))
    prepare "$id"
    restore_work "$id"
    graded=0
    (grade "$id") > "$course/grade.txt" 2>&1 || graded=$?
    case $graded in
      0) echo "$id  holds" ;;
      1)
        status=1
        echo "$id  holds no longer: $(head -n 1 "$course/grade.txt")"
        mark "$id" started "$(hints_shown "$id")"
        ;;
      *)
        status=$graded
        echo "$id  could not be checked: $(head -n 1 "$course/grade.txt")"
        ;;
    esac
  done 9< <(available)
  [ -z "$former" ] || { prepare "$former"; restore_work "$former"; }
  [ "$tried" -gt 0 ] || fail "no exercise is marked done"
  return "$status"
}

hint() {
  local id shown
  id=$(present)
  shown=$(hints_shown "$id")
  [ "$shown" -lt "$(hints_of "$id")" ] ||
    { echo "There are no more hints; scripts/course.sh solution prints a solution."; return; }
  section "$id" Hint $((shown + 1))
  mark "$id" "$(state_of "$id")" $((shown + 1))
}

list() {
  local id lesson last="" left=0 state
  while read -r id; do
    is_here "$id" || { left=$((left + 1)); continue; }
    lesson=${id:0:2}
    [ "$lesson" = "$last" ] || { printf '\n%s\n' "$(head -n 1 docs/course/"$lesson"_*.md | sed 's/^# //')"; last=$lesson; }
    case $(state_of "$id") in "done") state=x ;; started) state=- ;; *) state=" " ;; esac
    printf '  [%s] %s  %-5s  %s\n' "$state" "${id%%_*}" "$(field "$id" Kind)" "$(field "$id" Title)"
  done < <(all_exercises)
  [ "$left" -eq 0 ] || printf '\n%d exercises need an extra that this tree does not have.\n' "$left"
}

print_progress() {
  local kind id total solved
  for kind in find kill judge; do
    total=0 solved=0
    while read -r id; do
      [ "$(field "$id" Kind)" = "$kind" ] || continue
      total=$((total + 1))
      [ "$(state_of "$id")" != "done" ] || solved=$((solved + 1))
    done < <(available)
    printf '%-6s %2d of %d\n' "$kind" "$solved" "$total"
  done
  id=$(next_exercise)
  [ -z "$id" ] || echo "next   $id"
}

solution() {
  local id
  id=$(present)
  save_work
  if [ "$(field "$id" Kind)" = judge ]; then
    echo "Verdict: $(field "$id" Verdict)"
  else
    solved_files "$id" | while read -r file; do diff -u --label "yours: $file" --label solution "$tree/$file" "$root/$file" || true; done
  fi
  section "$id" Answer
}

command=${1:-help}
[ $# -eq 0 ] || shift
case $command in
  list) list ;;
  start)
    id=${1:-$(next_exercise)}
    [ -n "$id" ] || { echo "All exercises are done."; exit 0; }
    id=$(named "$id")
    start "$id"
    ;;
  check)
    case ${1:-} in "") check_present ;; --all) check_all ;; *) usage_error "check takes --all or nothing" ;; esac
    ;;
  hint) hint ;;
  solution) solution ;;
  reset)
    id=$(present)
    rm -f "$course/work/$id.patch" "$course/present"
    mark "$id" started 0
    start "$id"
    ;;
  progress) print_progress ;;
  verify) verify "$@" ;;
  help | --help | -h) sed -n '2,/^set -/{/^# /s/^# //p;/^#$/s/#//p}' "$root/scripts/course.sh" ;;
  *) usage_error "no command \"$command\", expected list, start, check, hint, solution, reset, progress or verify" ;;
esac
