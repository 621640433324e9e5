#!/usr/bin/env bash
# Tries the server by faults, and its parsers by bytes that nobody meant; ends with what was tried, lost and refused.
#   scripts/soak.sh [MINUTES [N]]    a real server is killed, its disks filled, its database taken away, its readers go dead; default 3 minutes,
#                                    most of them N streams (8) at once that come and go while memory, handles and threads are watched
#   scripts/soak.sh fuzz [N] [NAME]  N changed inputs (a million) through each parser of strangers' bytes, or those whose names hold NAME
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1:-} in
    fuzz)
        project=AVServer.Fuzz.Tests
        export AVSERVER_FUZZ_INPUTS=${2:-1000000} AVSERVER_FUZZ_PARSER=${3:-}
        # Others each time, unless told: what is found tells by which it is found again.
        export AVSERVER_FUZZ_SEED=${AVSERVER_FUZZ_SEED:-$((RANDOM * 32768 + RANDOM))}
        echo "soak: the seed is AVSERVER_FUZZ_SEED=$AVSERVER_FUZZ_SEED" >&2
        ;;
    '' | *[0-9])
        project=AVServer.Soak.Tests
        # The longest part runs for three times this, the others for one.
        export AVSERVER_SOAK_SECONDS=$((${1:-3} * 60 / 4)) AVSERVER_SOAK_STREAMS=${2:-8}
        ;;
    *) echo "soak: expected a number of minutes or fuzz, got '$1'" >&2; exit 2 ;;
esac
scripts/setup.sh test
dotnet build "tests/$project" -c Release -v q --nologo -clp:ErrorsOnly
exec dotnet "tests/$project/bin/Release/net10.0/$project.dll" -noLogo -noColor
