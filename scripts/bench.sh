#!/usr/bin/env bash
# Measures what the README claims. Nothing else should run on the machine meanwhile.
#   scripts/bench.sh [fbank|streams|live|video|emotion|score|long|words|peers]     default: all
#   scripts/bench.sh overload [N] [SECONDS]     N senders at once (60), more than fit: who is kept, who refused, and with what delay
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh server
dotnet build src/AVServer.Server -c Release -v q --nologo -clp:ErrorsOnly
dotnet build tests/AVServer.Benchmarks -c Release -v q --nologo -clp:ErrorsOnly
bench() { dotnet tests/AVServer.Benchmarks/bin/Release/net10.0/AVServer.Benchmarks.dll "$@"; }
# The last Porcupine that runs without a key, and openWakeWord from the browser's package; peers to measure against, no part of the product.
peers() {
    local folder=artifacts/peers porcupine=@picovoice/porcupine-node
    [ -d "$folder/node_modules/$porcupine" ] \
        || npm install --prefix "$folder" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "$porcupine@1.9.2"
    bench peers "$PWD/$folder/node_modules/$porcupine"
}
case ${1:-all} in
    fbank) bench fbank ;;
    streams) bench streams ;;
    live) bench live "${2:-60}" ;;
    video) bench video "${2:-10}" ;;
    emotion) bench emotion "${2:-4}" ;;
    score) bench score ;;
    long) bench long ;;
    words) bench words ;;
    peers) peers ;;
    overload) bench overload "${2:-60}" "${3:-40}" ;;
    all) bench fbank; bench streams; bench live 60; bench video 10; bench emotion 4; bench score; bench long; bench words; peers ;;
    *) echo "bench: expected fbank, streams, live, video, emotion, score, long, words, overload or peers, got '$1'" >&2; exit 2 ;;
esac
