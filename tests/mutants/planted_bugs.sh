# Reads and tries planted bugs, for run.sh and other scripts. To be sourced in the root of the tree.

declare -A patch_of=()  # name -> file

# Fills patch_of. Stops at two patches with one name.
find_patches() {
  local file name
  while IFS= read -r file; do
    name=${file##*/} name=${name%.patch}
    [ -z "${patch_of[$name]:-}" ] || fail "two patches are named $name"
    patch_of[$name]=$PWD/$file
  done < <(find tests/mutants extras/*/tests/mutants -name '*.patch' 2> /dev/null | sort)
}

# The value of the first line `KEY: value` of a file.
value_in() {  # FILE KEY
  local line
  while IFS= read -r line; do
    [[ $line != "$2: "* ]] || { echo "${line#"$2: "}"; return; }
  done < "$1"
}
header() { value_in "${patch_of[$1]}" "$2"; }  # NAME KEY
files_in() {                                   # PATCH
  local line
  while IFS= read -r line; do [[ $line != '+++ b/'* ]] || echo "${line#+++ b/}"; done < "$1"
}
files_of() { files_in "${patch_of[$1]}"; }  # NAME

# The outcome of the tests of a filter under one seed: passed, skipped (none ran), failed (by an assertion),
# threw (an exception), crashed or hung (over TEST_SECONDS, 60 by default). Its output goes to LOG.
outcome_of_test() {  # PROGRAM FILTER SEED LOG
  local status=0
  DIGITS_TEST_SEED=$3 timeout "${TEST_SECONDS:-60}" "$1" --gtest_filter="$2" > "$4" 2>&1 || status=$?
  if [ "$status" -eq 0 ]; then
    grep -q '^\[  PASSED  \] [1-9]' "$4" && echo passed || echo skipped
  elif [ "$status" -eq 124 ]; then echo hung
  elif ! grep -qF "[  FAILED  ] ${2%\*}" "$4"; then echo crashed
  elif grep -q '^C++ exception' "$4"; then echo threw
  else echo failed
  fi
}
