#!/usr/bin/env bash
# Formatting, layering and static analysis:
#   scripts/setup.sh clang-format clang-tidy && scripts/lint.sh [all]
# With `all` the folders that include Torch are analysed, too, which takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 0 ] || [ "$*" = all ] || { echo "usage: scripts/lint.sh [all]" >&2; exit 2; }

mapfile -t folders < <(ls -d src extras tests bench 2> /dev/null)  # a fork may have no extras

# Versions of clang-format differ in details; the project is formatted by this one.
if clang_format=$(scripts/clang_format.sh); then
  echo "lint: formatting"
  find "${folders[@]}" \( -name '*.h' -o -name '*.cpp' \) -print0 |
    xargs -0 "$clang_format" --dry-run --Werror
else
  echo "lint: formatting skipped: no clang-format of version 14"
fi

# A folder may include itself and these folders. Only model and the folders above it use Torch.
echo "lint: layers"
declare -A below=(
  [base]=""
  [data]="base"
  [synthetic]="base data"
  [repository]="base data"
  [metrics]="base data"
  [behaviour]="base data synthetic metrics"
  [report]="base"
  [model]="base data metrics behaviour"
  [inference]="base data model repository"
  [pipeline]="base data synthetic metrics behaviour repository report model inference"
  [cli]="base data synthetic metrics behaviour repository model inference pipeline"
)
with_torch=" model inference pipeline cli "
with_opencv=" data synthetic behaviour metrics repository inference pipeline cli "
for folder in "${!below[@]}"; do
  allowed="$folder/|${below[$folder]// //|}/"
  [[ $with_torch == *" $folder "* ]] && allowed+="|torch/|ATen/|c10/"
  [[ $with_opencv == *" $folder "* ]] && allowed+="|opencv2/"
  ours=$(IFS='|'; echo "${!below[*]}" | sed 's/ /\/|/g')/
  if grep -rnE "#include [<\"]($ours|torch/|ATen/|c10/|opencv2/)" "src/$folder" |
     grep -vE "#include [<\"]($allowed)"; then
    echo "lint: src/$folder must not include the files above" >&2
    exit 1
  fi
done
# The core includes no extra.
if [ -d extras ]; then
  names=$(cd extras && ls -d -- */ | sed 's|/$||' | paste -sd '|')
  if grep -rnE "#include \"($names)/" src tests; then
    echo "lint: src and tests must not include an extra" >&2
    exit 1
  fi
fi

# The server does not train.
if [ -d extras/serve ] &&
   grep -nE '#include "(model/(train|network|checkpoint)|pipeline/(config|pipeline|stages)|synthetic)' \
     extras/serve/*.h extras/serve/*.cpp; then
  echo "lint: extras/serve must not include the files above" >&2
  exit 1
fi

# The files of a folder as few units, which read the libraries' headers once for eight files. A unit
# includes .cpp files; no other file may.
echo "lint: clang-tidy"
if grep -rnE '#include .*\.cpp[">]' "${folders[@]}" --include='*.cpp' --include='*.h'; then
  echo "lint: no file must include a .cpp file" >&2
  exit 1
fi
mkdir -p build/lint
cmake --preset release -B build/lint -DDIGITS_UNIT_SIZE=8 -DDIGITS_TESTS=OFF \
  > build/lint/configure.log 2>&1 || { cat build/lint/configure.log >&2; exit 1; }
analysed='base|data|synthetic|repository|metrics|behaviour|report|photos'  # without Torch
[ $# -eq 0 ] || analysed=''
sed -nE "s/^  \"file\": \"(.*\/units\/\w*($analysed)_[0-9]+\.cpp)\",?$/\1/p" build/lint/compile_commands.json |
  xargs -d '\n' -n 1 -P "$(nproc)" clang-tidy --quiet --checks=-bugprone-suspicious-include -p build/lint 2>&1 |
  { grep -v ' warnings generated\.$' || true; }  # of the libraries' headers; pipefail keeps the status
