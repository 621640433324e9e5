#!/usr/bin/env bash
# Sets up what is missing, builds the server and runs it. The first line that matters is the address.
#   scripts/run.sh [--urls http://127.0.0.1:5080] [any other setting as --Section:Key value]
# Paths among the settings are seen from where this is called. AVSERVER_BUILT=1 takes what is built as it is; AVSERVER_MODELS names another folder of
# models, AVSERVER_DATA of what is kept (data).
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
if [ -z "${AVSERVER_BUILT:-}" ]; then
    "$root/scripts/setup.sh" server
    echo "run: building (Release)" >&2
    (cd "$root" && dotnet build src/AVServer.Server -c Release -v q --nologo -clp:ErrorsOnly) >&2
fi
export ASPNETCORE_ENVIRONMENT=${ASPNETCORE_ENVIRONMENT:-Production}
data=${AVSERVER_DATA:-$root/data}
exec dotnet "$root/src/AVServer.Server/bin/Release/net10.0/AVServer.Server.dll" --Runtime:ModelsPath "${AVSERVER_MODELS:-$root/models}" \
    --Keywords:Path "$data/keywords.json" --Keywords:MeasuredPath "$data/measured" "$@"
