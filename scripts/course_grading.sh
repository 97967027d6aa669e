# Grades the exercises; sourced by course.sh. grade ID ends with 0 if the exercise is solved, with 1 and the
# reason on stdout if it is not.

seeds=(1 2 3)

unsolved() { echo "$1"; exit 1; }

# The failed assertions of the last test, without GoogleTest's frame.
show_failure() { grep -vE '^\[|^Note|^Running|^$' "$log" | sed -n '1,12s/^/  | /p'; }

# Ends the grading unless the tests pass at each seed.
require_green() {  # PROGRAM FILTER MESSAGE [SEED...]
  local seed outcome
  for seed in "${@:4}"; do
    outcome=$(outcome_of_test "$programs/$1" "$2" "$seed" "$log")
    if [ "$outcome" != passed ]; then
      echo "$3 (seed $seed, $outcome):"
      show_failure
      exit 1
    fi
  done
}

# The first outcome that is not "failed" of a test with a bug planted, over the seeds. The tree is healthy
# afterwards.
outcome_with() {  # PATCH PROGRAM TEST
  local seed outcome=failed
  plant_for_a_moment "$1"
  if ! (build "$2"); then outcome="not built"; fi
  for seed in "${seeds[@]}"; do
    [ "$outcome" = failed ] || break
    outcome=$(outcome_of_test "$programs/$2" "$3" "$seed" "$log")
  done
  remove_planted
  echo "$outcome"
}

# Ends the grading unless the test fails by an assertion with the bug planted.
require_red() {  # PATCH PROGRAM TEST BUG
  case $(outcome_with "$1" "$2" "$3") in
    failed) ;;
    passed) unsolved "Your test passes with $4: it does not detect it." ;;
    threw) unsolved "With $4 the test ends by an exception, expected a failed assertion (EXPECT_NO_THROW makes it one)." ;;
    crashed) unsolved "With $4 the test crashes, expected a failed assertion (check a size before an access)." ;;
    hung) unsolved "With $4 the test did not end within a minute, expected a failed assertion." ;;
    *) exit 3 ;;
  esac
}

grade_find() {
  local program test touched
  read -r program test <<< "$(test_of "$1")"
  touched=$(changed_files | grep -vE '^(src|extras/[^/]+)/([^/]+/)*[^/]+$|^$' || true)
  touched+=$(changed_files | grep -E '(^|/)tests/' || true)
  [ -z "$touched" ] || unsolved "Mend the source; these files must stay as they are: $(echo $touched)"
  build "$program"
  require_green "$program" "$test" "$test still fails" "${seeds[@]}"
  TEST_SECONDS=1200 require_green "$program" '*' "Another test of $program fails now" 1
}

grade_kill() {
  local program test file others
  read -r program test <<< "$(test_of "$1")"
  file=$(file_of_test "$test")
  others=$(changed_files | grep -vxF "$file" || true)
  [ -z "$others" ] || unsolved "Only $file may change; these changed too: $(echo $others)"
  [ -z "$(snapshot diff HEAD -- "$file" | grep -E '^\+.*(sleep|chrono|clock|[^_a-z]time\(|random_device|getpid|getenv|source_path)')" ] ||
    unsolved "A test must not depend on time, on the process or on the source files: remove what reads them."
  build "$program"
  [ "$("$programs/$program" --gtest_list_tests --gtest_filter="$test" | grep -c '^  ')" = 1 ] ||
    unsolved "$test does not exist any more; keep its name."
  require_green "$program" "$test" "Your test fails on the healthy code" "${seeds[@]}"
  cp "$programs/$program" "$programs/$program.healthy"
  require_red "$(patch_for "$1")" "$program" "$test" "the planted bug"
  require_red "${patch_of[$(field "$1" Sibling)]}" "$program" "$test" "a second bug of the same kind"
  # A test that remembers its runs would fail now.
  require_green "$program.healthy" "$test" "Your test fails on the healthy code when it runs again" "${seeds[@]}"
}

# A line of the learner's answer; the reason may have several lines and comes last.
answer() {  # NAME
  if [ "$1" = Reason ]; then sed -n '/^Reason:/,$p' "$tree/answer.txt" | sed 's/^Reason: *//'; else sed -n "s/^$1: *//p" "$tree/answer.txt"; fi
}

# Whether a text of several lines matches a pattern.
matches() { tr '\n' ' ' <<< "$1" | grep -qiE -- "$2"; }  # TEXT PATTERN

grade_judge() {
  local verdict program test reason missing=0 point
  verdict=$(answer Verdict | tr -d ' ' | tr '[:upper:]' '[:lower:]')
  [[ $verdict =~ ^(bug|equivalent)$ ]] || unsolved "answer.txt has no verdict yet, expected bug or equivalent."
  [ "$verdict" = "$(field "$1" Verdict)" ] || unsolved "The verdict is not right."
  read -r program test <<< "$(answer Test)"
  if [ "$verdict" = bug ] && [ -n "$program" ]; then
    [[ $program =~ ^[a-z_]*unit[a-z_]*$ && -n $test ]] || unsolved "Test: expected PROGRAM SUITE.NAME of the unit tier, such as unit_fast SplitLast.TakesTheLastSamples"
    build "$program"
    [ "$("$programs/$program" --gtest_list_tests --gtest_filter="$test" | grep -c '^  ')" = 1 ] || unsolved "$program has no test $test."
    require_green "$program" "$test" "$test fails on the healthy code" "${seeds[@]}"
    require_red "$(patch_for "$1")" "$program" "$test" "the change"
    return
  fi
  reason=$(answer Reason)
  while read -r point; do
    matches "$reason" "$point" || missing=$((missing + 1))
  done < <(section "$1" Points)
  [ "$missing" -eq 0 ] || unsolved "The verdict is right. The reason misses $missing of $(section "$1" Points | grep -c .) key points."
}

grade() { "grade_$(field "$1" Kind)" "$1"; }

# --- For authors ---------------------------------------------------------------------------------

# The files that the solution replaces by those of the healthy tree.
solved_files() {
  case $(field "$1" Kind) in
    find) files_in "$(patch_for "$1")" ;;
    kill) file_of_test "$(test_of "$1" | cut -d ' ' -f 2)" ;;
  esac
}

solve() {
  local file
  if [ "$(field "$1" Kind)" = judge ]; then
    printf 'Verdict: %s\nTest: %s\nReason: %s\n' "$(field "$1" Verdict)" "$(field "$1" Test)" "$(section "$1" Answer)" > "$tree/answer.txt"
    return
  fi
  while read -r file; do cp "$root/$file" "$tree/$file"; done < <(solved_files "$1")
}

# The unit programs that hold the tests of a source file and of its users.
programs_for() {
  case $1 in
    extras/serve/*) echo serve_unit ;;
    extras/*) echo unit_extras ;;
    src/model/* | src/inference/* | src/pipeline/* | src/cli/*) echo unit_torch ;;
    *) echo unit_fast unit_torch ;;
  esac
}

# An equivalent change passes all tests of its program; the reason alone solves a judge exercise, too.
verify_judge() {
  local patch program
  patch=$(patch_for "$1")
  if [ "$(field "$1" Verdict)" = equivalent ]; then
    for program in $(programs_for "$(files_in "$patch" | sed -n 1p)"); do
      [ "$(TEST_SECONDS=1200 outcome_with "$patch" "$program" '*')" = passed ] ||
        unsolved "the change is not equivalent: $program: $(grep -m 1 'FAILED' "$log")"
    done
  else
    sed -i 's/^Test: .*/Test: /' "$tree/answer.txt"
    grade_judge "$1"
  fi
}

# Whether a reason matches every point of an exercise.
matches_points() {  # EXERCISE REASON
  local point
  while read -r point; do
    matches "$2" "$point" || return 1
  done < <(section "$1" Points)
}

# Texts that are no reason: the task, its hints, the change, and sentences that fit any exercise.
empty_reasons() {  # EXERCISE
  local task k
  task=$(section "$1" Task | tr '\n' ' ')
  for k in $(seq "$(hints_of "$1")"); do task+=$(section "$1" Hint "$k" | tr '\n' ' '); done
  printf '%s\n' "$task" "$(tr '\n' ' ' < "$(patch_for "$1")")" \
    "It is the same because nothing changes." \
    "The result is different, because another value is used and the order changes." \
    "This is a bug, because it can fail for some input." \
    "Both versions always give the same result for every input."
}

verify_judge_text() {
  local reason
  [[ $(field "$1" Verdict) =~ ^(bug|equivalent)$ ]] || unsolved "it has no verdict"
  [ "$(field "$1" Verdict)" = equivalent ] || [ -n "$(field "$1" Test)" ] || unsolved "its bug has no Test"
  [ "$(section "$1" Points | grep -c .)" -ge 2 ] || unsolved "it has fewer than two points"
  matches_points "$1" "$(section "$1" Answer)" || unsolved "its answer misses a point"
  while read -r reason; do
    ! matches_points "$1" "$reason" || unsolved "this has all its points: ${reason:0:60}"
  done < <(empty_reasons "$1")
}

# The texts of an exercise are complete and agree with the tree.
verify_text() {
  local id=$1 lesson patch part
  lesson=$(ls docs/course/"${id:0:2}"_*.md)
  grep -q "${id%%_*}" "$lesson" || unsolved "lesson ${id:0:2} does not name it"
  [ "$(wc -l < "$lesson")" -le 150 ] || unsolved "lesson ${id:0:2} has more than 150 lines"
  for part in Task Hint Answer; do
    [ -n "$(section "$id" "$part")" ] || unsolved "it has no section $part"
  done
  [ -n "$(field "$id" Title)" ] || unsolved "it has no title"
  patch=$(patch_for "$id")
  patch --dry-run --quiet --strip=1 --fuzz=0 < "$patch" > /dev/null || unsolved "its patch does not apply"
  case $(field "$id" Kind) in
    find) ;;
    kill)
      [ "$(header "$(field "$id" Sibling)" Test)" = "$(test_of "$id")" ] || unsolved "bug and sibling name different tests"
      [ -n "$(file_of_test "$(test_of "$id" | cut -d ' ' -f 2)")" ] || unsolved "its test cannot be withheld"
      ;;
    judge) verify_judge_text "$id" ;;
    *) unsolved "its kind is not find, kill or judge" ;;
  esac
}

# An exercise starts unsolved, and its solution passes.
verify_one() {
  local id=$1 status=0
  prepare "$id"
  (grade "$id") || status=$?
  [ "$status" -eq 1 ] || unsolved "before the solution the grade is $status, expected 1"
  solve "$id"
  (grade "$id") || unsolved "its solution does not pass"
  [ "$(field "$id" Kind)" != judge ] || verify_judge "$id"
}

# Runs a check of an exercise, and prints a line if it holds, else its output too.
holds() {  # CHECK EXERCISE
  local began=$SECONDS outcome=ok
  ("$1" "$2") > "$course/grade.txt" 2>&1 || outcome=FAILED
  printf '%-36s %-6s %3d s\n' "$2" "$outcome" $((SECONDS - began))
  [ "$outcome" = ok ] || { sed 's/^/  | /' "$course/grade.txt"; return 1; }
}

# Checks the texts of all exercises, then plants and solves those of the arguments, the shard or the sample.
verify() {  # [ID...]
  local ids=() id all=$SECONDS shard=${SHARD:-1/1}
  for id in "$@"; do  # before the long part: a wrong name is an error
    id=$(named "$id")
    ids+=("$id")
  done
  declare -A count=([find]=0 [kill]=0 [judge]=0 [failed]=0)
  while read -r id <&9; do
    holds verify_text "$id" > "$course/text.txt" || { cat "$course/text.txt"; count[failed]=$((count[failed] + 1)); }
  done 9< <(available)
  [ $# -gt 0 ] || mapfile -t ids < <(available)
  mapfile -t ids < <(printf '%s\n' "${ids[@]}" | awk -v i="${shard%/*}" -v n="${shard#*/}" 'NR % n == i % n')
  [ -z "${SAMPLE:-}" ] || mapfile -t ids < <(shuf -n "$SAMPLE" -e "${ids[@]}")
  for id in "${ids[@]}"; do
    local kind=failed
    ! holds verify_one "$id" || kind=$(field "$id" Kind)
    count[$kind]=$((count[$kind] + 1))
  done
  printf '\nexercises: find %d, kill %d, judge %d hold, %d fail; %d minutes\n' \
    "${count[find]}" "${count[kill]}" "${count[judge]}" "${count[failed]}" $(((SECONDS - all + 30) / 60))
  [ "${count[failed]}" -eq 0 ] && [ $((count[find] + count[kill] + count[judge])) -gt 0 ]
}
