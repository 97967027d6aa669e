#!/usr/bin/env bash
# Usage: scripts/fetch_mnist.sh [--mirror URL]... [--files LIST] [FOLDER]
#
# Downloads the four files of MNIST (12 MB) into FOLDER (default: data/mnist). A file appears under
# its name only when its SHA-256 is correct. Until then it is NAME.gz.part, and the next call resumes
# it. A file that already exists is checked, and never overwritten.
#
#   --mirror URL  folder to download from, instead of the default mirrors. Several mirrors, each with
#                 its own --mirror, are tried in order.
#   --files LIST  download other files: LIST has the output of `sha256sum NAME...` for the unzipped
#                 files; a mirror has each as NAME.gz.
#
# Environment: an attempt ends after STALL_SECONDS without data (default 10); the next one begins after
# PAUSE_SECONDS (default 1). Exit status: 0 done; 2 wrong usage, or FOLDER cannot be used; 3 not
# downloaded, or wrong content; 130 interrupted.

set -euo pipefail
mirrors=() folder='' first=0 progress=(--silent)
[ ! -t 2 ] || progress=(--progress-bar)
files='ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte'

fail() {  # CODE SEEN HINT
  echo "fetch_mnist.sh: $1: $2 (hint: $3)" >&2
  case $1 in usage.* | output.*) exit 2 ;; *) exit 3 ;; esac
}

stop() {  # ends curl first: it must not write while the next call runs
  { kill "${!-}" && wait "${!-}"; } 2> /dev/null || true
  [ ! -t 2 ] || echo >&2  # ends the line of the progress bar
  echo "fetch_mnist.sh: interrupted: some files are missing (hint: the same command resumes)" >&2
  exit 130
}

# Prints the fault of a file's unzipped bytes, or nothing if their hash is right. Mirrors may compress
# differently, so the hash of the zipped bytes cannot be compared.
defect() {  # FILE SHA256
  local unzip=cat seen
  case $1 in *.gz | *.gz.part) unzip='gzip -dc' ;; esac
  if ! seen=$($unzip < "$1" 2> /dev/null | sha256sum); then
    echo "cannot be read or unzipped, expected SHA-256 $2"
  elif [ "${seen%% *}" != "$2" ]; then
    echo "SHA-256 ${seen%% *}, expected $2"
  fi
}

# Makes up to three attempts at one mirror. On success PART is the file; else `reason` has the cause.
load() {  # URL PART SHA256
  local attempt resumed status http redirects=http,https
  [[ $1 == http:* ]] || redirects=https
  for attempt in 1 2 3; do
    [ "$attempt" = 1 ] || sleep "${PAUSE_SECONDS:-1}"
    resumed=no status='' http='' reason=''
    [ ! -s "$2" ] || resumed=yes
    # In the background: bash handles a signal only after a foreground curl. `read` waits a second.
    until read -r -t 1 status http reason <&3 || [ $? -le 128 ]; do :; done 3< <(
      exec curl "${progress[@]}" --fail --globoff --continue-at - --output "$2" \
        --no-buffer --max-filesize 64M --connect-timeout 10 --speed-limit 1000 \
        --speed-time "${STALL_SECONDS:-10}" --proto =http,https --location --max-redirs 5 \
        --proto-redir "=$redirects" --write-out '%{exitcode} %{http_code} %{errormsg}\n' "$1")
    if [ "$status" = 0 ]; then
      reason=$(defect "$2" "$3")
      [ -n "$reason" ] || return 0
      code=fetch.checksum
    fi
    echo "fetch_mnist.sh: $1: ${reason:=curl did not end by itself} (attempt $attempt of 3)" >&2
    case $status:$http:$resumed in
      0:*:yes | 33:*) rm -f "$2" ;;  # PART is of another file, or the server has no ranges
      0:*:no) rm -f "$2"; return 1 ;;
      23:*) fail output.write "cannot write $2" "free space there, or choose another folder" ;;
      22:408:* | 22:429:*) ;;  # server busy, like 5xx: try again
      22:4* | [1567]:* | 47:* | 60:* | 63:*) return 1 ;;  # another attempt would fail as well
    esac
  done
  return 1
}

# Tries the mirrors in order. The next file begins with the mirror that had this one.
fetch_file() {  # NAME SHA256
  local i mirror seen='' reason='' code=fetch.failed file=$folder/$1.gz
  for ((i = first; i < first + ${#mirrors[@]}; ++i)); do
    mirror=${mirrors[i % ${#mirrors[@]}]}
    if load "$mirror$1.gz" "$file.part" "$2"; then
      sync "$file.part"
      mv "$file.part" "$file"
      first=$i
      echo "$file: from $mirror"
      return
    fi
    seen+="${seen:+; }$mirror: $reason"
  done
  fail "$code" "$1.gz: no mirror gave it: $seen" "check the network; or name another mirror with \
--mirror URL; or copy the files into $folder by hand, and this script checks them; or use no MNIST: \
\`digits run\` draws synthetic digits"
}

while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed '1d; /^$/,$d; s/^# \{0,1\}//' "$0"; exit ;;
    --mirror=* | --files=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    --mirror)
      [[ ${2-} =~ ^https?://[^/?#[:space:]]+(/[^?#[:space:]]*)?$ ]] ||
        fail usage.url "\"${2-}\", expected http(s)://HOST/PATH" "copy the URL from a browser"
      mirrors+=("${2%/}/"); shift 2 ;;
    --files)
      files=$(cat -- "${2-}" 2> /dev/null) || fail usage.files "cannot read \"${2-}\"" "name a list"
      shift 2 ;;
    *)
      [[ $1 != -* && -z $folder ]] || fail usage.argument "unexpected $1" "--help shows the usage"
      folder=$1; shift ;;
  esac
done
[ ${#mirrors[@]} -gt 0 ] || mirrors=(https://ossci-datasets.s3.amazonaws.com/mnist/
  https://storage.googleapis.com/cvdf-datasets/mnist/)
: "${folder:=data/mnist}"
command -v curl > /dev/null ||
  fail fetch.curl "curl is missing" "apt-get install curl ca-certificates"
{ mkdir -p -- "$folder" && exec 9< "$folder"; } 2> /dev/null ||
  fail output.folder "cannot make or read the folder $folder" "choose another one"
flock -n 9 || fail fetch.busy "another call downloads into $folder" "wait until it has ended"

missing=()
while read -r sha name; do
  [[ $sha =~ ^[0-9a-f]{64}$ && $name =~ ^[[:alnum:]][[:alnum:]._-]*$ ]] ||
    fail usage.files "\"$sha $name\", expected SHA-256 and name" "let sha256sum write the list"
  file=$folder/$name
  [ -e "$file" ] || file+=.gz
  [ -e "$file" ] || { missing+=("$name $sha"); continue; }
  wrong=$(defect "$file" "$sha")
  [ -z "$wrong" ] || fail fetch.exists "$file is another file: $wrong" \
    "move it away, or choose another folder: nothing is overwritten"
  echo "$file: already there"
done <<< "$files"
trap stop INT TERM HUP
for file in "${missing[@]}"; do fetch_file "${file% *}" "${file#* }"; done
echo "next: build/release/digits run --data $folder"
