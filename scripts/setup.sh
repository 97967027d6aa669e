#!/usr/bin/env bash
# Installs the packages that the build needs on Debian or Ubuntu; does nothing if all are installed.
#   scripts/setup.sh [PACKAGE...]    further packages, such as clang-format for scripts/lint.sh
# LibTorch comes from the distribution unless Torch_DIR or CMAKE_PREFIX_PATH names another one.
set -euo pipefail

packages=(
  g++ cmake ninja-build
  libopencv-dev libgtest-dev libgmock-dev libfmt-dev libcxxopts-dev nlohmann-json3-dev
  libtomlplusplus-dev libspdlog-dev zlib1g-dev libssl-dev libboost-dev librapidcheck-dev rapidjson-dev
  curl ca-certificates
  "$@"
)
# The packages of the extras: one line in each packages.txt.
cd "$(dirname "$0")/.."
for list in extras/*/packages.txt; do
  [ ! -f "$list" ] || read -ra more < "$list"
  [ ! -f "$list" ] || packages+=("${more[@]}")
done
# Debian's LibTorch is built against an abstract BLAS: without OpenBLAS it runs on the reference
# implementation, some 40 times slower. LibTorch's CMake files need Gloo.
torch_packages=(libtorch-dev libgloo-dev libopenblas0-pthread)

have_own_torch() {
  [ -n "${Torch_DIR:-}" ] && return 0
  local prefix
  local IFS=':;'
  for prefix in ${CMAKE_PREFIX_PATH:-}; do
    [ -e "$prefix/share/cmake/Torch/TorchConfig.cmake" ] && return 0
  done
  return 1
}
have_own_torch || packages+=("${torch_packages[@]}")

explain() {
  cat >&2 <<EOF
setup: $1
The build needs a C++17 compiler, CMake 3.25 or newer, Ninja, OpenCV 4.6+, GoogleTest, fmt, cxxopts,
nlohmann-json, toml++, spdlog, zlib, OpenSSL, Boost, RapidCheck and RapidJSON; ONNX, Protobuf and
oneDNN for the folders of extras/. On Debian or Ubuntu the packages are
  ${packages[*]}
To use an official LibTorch (the C++ build with the cxx11 ABI, from pytorch.org), unpack it and set
CMAKE_PREFIX_PATH=/path/to/libtorch.
EOF
}

if ! command -v dpkg-query > /dev/null; then
  explain "this system is neither Debian nor Ubuntu: continuing with the installed libraries"
  command -v cmake > /dev/null && command -v ninja > /dev/null && exit 0
  echo "setup: cmake or ninja is missing: install the packages above by hand first" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo > /dev/null; then
    explain "missing: ${missing[*]}; installing them needs root or sudo"
    exit 1
  fi
  as_root=(sudo)
fi
echo "setup: installing ${missing[*]}" >&2
if ! "${as_root[@]}" apt-get update -qq ||
   ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null; then
  explain "apt-get could not install ${missing[*]}"
  exit 1
fi
