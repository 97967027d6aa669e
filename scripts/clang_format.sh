#!/usr/bin/env bash
# Prints the command of clang-format 14, by which this project is formatted. Without one the exit status
# is 1.
for tool in clang-format clang-format-14; do
  if "$tool" --version 2> /dev/null | grep -q 'version 14\.'; then
    echo "$tool"
    exit
  fi
done
exit 1
