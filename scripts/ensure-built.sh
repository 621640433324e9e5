# Sourced by the scripts that run a program of the checkout, with $root set.

# What a program is made of, a line a file with its time: a file that is changed, added, renamed or taken away changes the list, whatever its time.
sources() {
    cd "$root" && find src clients/cli clients/dotnet Directory.Build.props Directory.Build.targets Directory.Packages.props BannedSymbols.txt global.json package-lock.json scripts/setup.sh scripts/torchsharp-native.mjs \
        \( -name bin -o -name obj \) -prune -o -type f -printf '%T@ %p\n'
}

# Builds a program if it isn't there or something that it is made of has changed; its path is then in $program. AVSERVER_BUILT=1 takes what is there.
#   ensure_built PROJECT NAME SETUP    e.g. clients/cli av server
ensure_built() {
    program=$root/$1/bin/Release/net10.0/$2.dll
    local list=$root/$1/obj/$2.sources
    if [ -n "${AVSERVER_BUILT:-}" ]; then
        [ -f "$program" ] && return
        echo "$2: AVSERVER_BUILT says that it is built, but it isn't; unset it" >&2
        exit 1
    fi
    is_built() { [ -f "$program" ] && [ -f "$list" ] && (sources) | cmp -s - "$list"; }
    is_built && return
    mkdir -p "${list%/*}"
    # Of several calls at once, one builds and the others wait; what the build leaves running must not hold the lock.
    (
        flock 9
        is_built && exit
        echo "$2: building (Release)" >&2
        (sources) >"$list.new"   # before the build, so that what is changed meanwhile is built the next time
        cd "$root"
        scripts/setup.sh "$3" >&2 9>&-
        dotnet build "$1" -c Release -v q --nologo -clp:ErrorsOnly >&2 9>&-
        mv "$list.new" "$list"
    ) 9>"$list.lock"
}
