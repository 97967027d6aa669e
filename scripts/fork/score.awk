# The page of the ML Test Score for a fork. An item counts 0 if a test of it is in an extra that the fork lacks
# (-v absent="NAME NAME"). Sentences about values that a person measured are removed: a fork has none. The sums
# of the sections and the final score, their minimum, are computed anew.
BEGIN { FS = OFS = "|"; count = split(absent, extras, " ") }

function missing_extras(shown_by,  i, list) {
  for (i = 1; i <= count; ++i) {
    if (shown_by ~ ("extras/" extras[i] "[`/]")) list = list (list ? ", " : "") "extras/" extras[i]
  }
  return list
}

function fail_item(why) { $4 = " Missing: " why ". "; $5 = " none "; $6 = " 0 " }

/^## / { section = substr($0, 4) }

NF == 7 && $2 ~ /^ [0-9]+ $/ {
  list = missing_extras($5)
  if (list) fail_item(list)
  sub(/ [^.]* was measured by hand[^.]*\./, "", $4)
  sum[section] += $6
}

{ lines[NR] = $0; section_of[NR] = section }

END {
  for (i = 1; i <= NR; ++i) {
    split(lines[i], cells, "|")
    name = cells[2]
    gsub(/ /, "", name)
    if (section_of[i] == "Score" && name in sum) {
      if (lowest == "" || sum[name] < lowest) lowest = sum[name]
      lines[i] = "| " name " | " sum[name] " |"
    } else if (section_of[i] == "Score" && name == "final") {
      lines[i] = "| final | " lowest " |"
    }
    print lines[i]
  }
}
