#!/usr/bin/env bash
# Sets up what is missing, checks the formatting, builds everything and runs every test.
# The last line is "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh test || exit 1
# Two threads on busy cores spin each other out of the way unless they sleep while they wait.
export OMP_WAIT_POLICY=PASSIVE DOTNET_CLI_USE_MSBUILD_SERVER=0

echo "test: building (Release)" >&2
dotnet build AVServer.sln -c Release -v q --nologo -clp:ErrorsOnly || { echo "test: the build failed" >&2; exit 1; }
echo "test: formatting" >&2
dotnet format AVServer.sln --verify-no-changes --no-restore -v q --exclude node_modules || { echo "test: run 'dotnet format AVServer.sln'" >&2; exit 1; }

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
failed_projects=()
for project in tests/*.Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    started=$SECONDS
    if dotnet test "$project" -c Release --no-build --nologo -v q --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" --results-directory "$results" >"$results/$name.log" 2>&1; then
        echo "test: $name ok ($((SECONDS - started)) s)" >&2
    else
        echo "test: $name FAILED" >&2
        cat "$results/$name.log" >&2
        failed_projects+=("$name")
    fi
    [ -s "$results/$name.trx" ] || { echo "test: $name ran no test" >&2; failed_projects+=("$name"); }
done

# The counters of all result files, added up.
read -r passed failed skipped < <(node -e '
    const fs = require("fs"), dir = process.argv[1];
    let passed = 0, failed = 0, skipped = 0;
    for (const file of fs.readdirSync(dir).filter(f => f.endsWith(".trx"))) {
        const counters = fs.readFileSync(`${dir}/${file}`, "utf8").match(/<Counters [^>]*>/)[0];
        const read = name => Number(counters.match(new RegExp(`\\b${name}="(\\d+)"`))[1]);
        passed += read("passed");
        failed += read("failed") + read("error") + read("timeout") + read("aborted");
        skipped += read("total") - read("executed");
    }
    console.log(passed, failed, skipped);' "$results")
# A test project that broke without a result file counts as one failure.
[ ${#failed_projects[@]} -gt 0 ] && [ "$failed" -eq 0 ] && failed=${#failed_projects[@]}
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
