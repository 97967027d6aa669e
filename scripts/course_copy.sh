# The copy of the tree in which an exercise is solved; sourced by course.sh.

# Git outside of the tree tells what the learner changed since the exercise was prepared.
snapshot() {
  git -C "$tree" -c user.name=course -c user.email=course@localhost \
    --git-dir="$course/snapshot.git" --work-tree="$tree" "$@"
}
changed_files() { snapshot add -A -N . && snapshot diff --name-only HEAD; }
save_work() {
  [ -s "$course/present" ] || return 0
  remove_planted
  snapshot add -A -N . && snapshot diff --binary HEAD > "$course/work/$(cat "$course/present").patch"
}

# Replaces the body of a test by a comment.
withhold() {  # FILE SUITE.NAME
  awk -v start="^(TEST(_F)?|RC_GTEST_PROP)[(]${2%%.*}, ${2##*.}[,)]" '
    $0 ~ start { inside = 1 }
    !inside || !body { print }
    inside && !body && /\{$/ { body = 1; print "  // Write this test." }
    inside && /^}/ { if (body) print; inside = body = 0 }' "$1" > "$1.new"
  mv "$1.new" "$1"
}

plant() {  # PATCH [--reverse]
  (cd "$tree" && patch --quiet --strip=1 --fuzz=0 --no-backup-if-mismatch "${@:2}" < "$1") > "$log" 2>&1 ||
    { cat "$log" >&2; echo "course.sh: $1 does not apply: is $(files_in "$1" | sed -n 1p) changed in your clone?" >&2; exit 3; }
}
# A check plants bugs for a moment. This removes one that an interrupted check has left.
plant_for_a_moment() { cp "$1" "$course/planted" && plant "$1"; }  # PATCH
remove_planted() {
  [ -f "$course/planted" ] || return 0
  plant "$course/planted" --reverse
  rm "$course/planted"
}

# Writes the exercise's start into the copy, without the learner's work.
prepare() {
  local id=$1 test
  rm -f "$course/present" "$course/planted"  # until the copy is complete
  scripts/copy_tree.sh "$tree"
  case $(field "$id" Kind) in
    find) plant "$(patch_for "$id")" ;;
    kill)
      read -r _ test <<< "$(test_of "$id")"
      withhold "$tree/$(file_of_test "$test")" "$test"
      ;;
    judge) printf 'Verdict: \nTest: \nReason: \n' > "$tree/answer.txt" ;;
  esac
  # The planted bugs would give the answers away.
  rm -rf "$tree/docs/course" "$tree/tests/mutants" "$tree"/extras/*/tests/mutants "$course/snapshot.git"
  snapshot init --quiet
  printf '/build/\n' > "$course/snapshot.git/info/exclude"
  snapshot add -A .
  snapshot commit --quiet -m start
  echo "$id" > "$course/present"
}
restore_work() {
  local work=$course/work/$1.patch
  [ -s "$work" ] || return 0
  snapshot apply "$work" 2> /dev/null || {
    mv "$work" "$work.rejected"
    echo "course.sh: the exercise has changed since; your work is kept in $work.rejected" >&2
  }
}

# Builds one program of the copy; with a reason on stderr and status 3 if it does not build.
build() {  # PROGRAM
  local folder=$tree/build/$preset
  if [ ! -f "$folder/build.ninja" ]; then
    (cd "$tree" && cmake --preset "$preset" -DDIGITS_UNIT_SIZE="${DIGITS_COURSE_UNIT_SIZE:-1}") > "$log" 2>&1 || { cat "$log" >&2; exit 3; }
  fi
  [ -f "$programs/$1" ] || echo "course.sh: first build of $1: some minutes; see ${log#"$root/"}" >&2
  cmake --build "$folder" --target "$1" > "$log" 2>&1 && return
  if grep -q 'unknown target' "$log"; then
    echo "The copy has no program $1: scripts/setup.sh installs what its extra needs." >&2
  else
    grep -E 'error|undefined reference' "$log" | sed -n 1,20p >&2
    echo "The copy does not build." >&2
  fi
  exit 3
}
