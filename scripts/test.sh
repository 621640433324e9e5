#!/usr/bin/env bash
# Sets up what is missing, builds everything, checks the formatting and runs every test. The last line is "N passed, N failed, N skipped".
#   scripts/test.sh [WORD…]     only the test projects whose names hold one of the words
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
say() { echo "test: $*" >&2; }
fail() { say "$@"; exit 1; }
scripts/setup.sh tools || exit 1
results=$(mktemp -d)
# One compiler for all projects, warm after the first few; of this run alone, so that it can be ended with it.
compiler=avserver-tests-$$-
end_compiler() {
    local found
    for found in $(grep -lasF -- "-pipename:$compiler" /proc/[0-9]*/cmdline); do kill "$(cut -d/ -f3 <<<"$found")" 2>/dev/null; done
}
trap 'end_compiler; wait; rm -rf "$results"' EXIT
# Words that several test projects measure are measured once a run, and nothing of it is left behind.
export XDG_CACHE_HOME=$results/cache
# Two threads on busy cores spin each other out of the way unless they sleep while they wait.
export OMP_WAIT_POLICY=PASSIVE DOTNET_CLI_USE_MSBUILD_SERVER=0
# The compiler counts through its methods what it never lives long enough to gain: nearly half of a build's processor time.
export DOTNET_TieredPGO=0

# What is fetched and unpacked waits for others most of the time: the build goes on beside it as soon as it has what it needs.
scripts/setup.sh packages &
packages=$!
say "restoring the packages of the lock files"
dotnet restore AVServer.sln --locked-mode -v q --nologo || fail "the packages could not be restored; a lock file that is stale is written anew by 'dotnet restore AVServer.sln --force-evaluate'"
wait "$packages" || exit 1
scripts/setup.sh test &
setup=$!
say "building (Release)"
dotnet build AVServer.sln -c Release --no-restore -v q --nologo -clp:ErrorsOnly \
    -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" || fail "the build failed"
end_compiler
wait "$setup" || exit 1
# What the compiler doesn't see. It holds the rules of style itself (EnforceCodeStyleInBuild), and a test the order of usings.
say "formatting"
dotnet format whitespace . --folder --verify-no-changes -v q --exclude node_modules || fail "run 'dotnet format AVServer.sln'"

# What starts servers, browsers and senders runs one after another, and waits for them half of the time. Two of what does neither, longest
# first, take what that leaves (nice), so that nobody who waits for an answer waits for them. What kills servers under load and counts what
# is lost has the machine for itself, at the end. A new project is one of those that start servers unless it is named here.
beside=(Pipeline Media Lab Networks Runtime Vision Speech Architecture Fuzz Signal Detection Evaluation Contracts Reports) last=(Soak)
is_asked_for() { [ ${#words[@]} -eq 0 ] && return; local word; for word in "${words[@]}"; do [[ $1 == *"$word"* ]] && return; done; return 1; }
words=("$@") starting=() paired=() alone=()
for one in "${beside[@]}"; do for folder in tests/*".$one.Tests"; do [ -d "$folder" ] && is_asked_for "$(basename "$folder")" && paired+=("$(basename "$folder")"); done; done
for folder in tests/*.Tests; do
    name=$(basename "$folder")
    is_asked_for "$name" || continue
    [[ " ${beside[*]} " == *" $(cut -d. -f2 <<<"$name") "* ]] && continue
    if [[ " ${last[*]} " == *" $(cut -d. -f2 <<<"$name") "* ]]; then alone+=("$name"); else starting+=("$name"); fi
done

# A test project is a program: started by itself it is ready seconds sooner than under 'dotnet test', and writes the same results.
#   start PROJECT [COMMAND]     by a command that starts it, such as nice
start() (cd "tests/$1/bin/Release/net10.0" && exec "${@:2}" dotnet "$1.dll" -noLogo -noColor -result-trx "$results/$1.trx")

told() { grep -qs '<Counters total="[1-9]' "$results/$1.trx"; }

run() {
    local name=$1 started=$SECONDS
    if start "$@" >"$results/$name.log" 2>&1 </dev/null && told "$name"; then
        say "$name ok ($((SECONDS - started)) s)"
    else
        told "$name" || echo "$name ran no test, or ended before all were told" >>"$results/$name.log"
        say "$name FAILED ($((SECONDS - started)) s)"
        cat "$results/$name.log" >&2
        echo "$name" >>"$results/failed"
    fi
}
# Programs that are started, asked something and ended gain nothing by methods that are compiled well as soon as they are hot (64: 100 ms).
for name in "${starting[@]}"; do DOTNET_TC_CallCountingDelayMs=64 run "$name"; done &
for name in "${paired[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge 3 ]; do wait -n; done
    run "$name" nice &
done
wait
for name in "${alone[@]}"; do run "$name"; done

# The counters of all result files, added up; a test project that broke without a whole result file counts as one failure.
read -r passed failed skipped < <(node -e '
    const fs = require("fs"), dir = process.argv[1];
    const broken = fs.existsSync(`${dir}/failed`) ? fs.readFileSync(`${dir}/failed`, "utf8").trim().split("\n") : [];
    let passed = 0, failed = broken.filter(name => !fs.existsSync(`${dir}/${name}.trx`)).length, skipped = 0;
    for (const file of fs.readdirSync(dir).filter(f => f.endsWith(".trx"))) {
        const counters = fs.readFileSync(`${dir}/${file}`, "utf8").match(/<Counters [^>]*>/)?.[0];
        if (!counters) { failed++; continue; }
        const read = name => Number(counters.match(new RegExp(`\\b${name}="(\\d+)"`))[1]);
        passed += read("passed");
        failed += read("failed") + read("error") + read("timeout") + read("aborted");
        skipped += read("total") - read("executed") - read("notRunnable");   // the last run only when they are asked for
    }
    if (broken.length > 0 && failed === 0) failed = broken.length;
    console.log(passed, failed, skipped);' "$results")
if [ -f "$results/failed" ]; then
    say "failed in $(sort "$results/failed" | paste -sd ' '):"
    # Each of them once more, where it is seen: what a project writes can be long.
    grep -h -A8 ' \[FAIL\]$' "$results"/*.log >&2
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
