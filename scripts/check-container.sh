#!/usr/bin/env bash
# Builds the Dockerfile and tries the image, on a Debian machine without a container engine: buildah runs the steps in a chroot, on stand-ins for
# the base images (Debian by debootstrap, with this machine's .NET and node); the server then runs as the image says, without root and without
# capabilities, on a read-only file system. Needs root, and ten minutes. Everything lies in one folder that is deleted at the end.
#   scripts/check-container.sh [folder that is kept, so that a second call finds base images and layers]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
say() { echo "check-container: $*" >&2; }
fail() { say "$@"; exit 1; }
[ "$(id -u)" -eq 0 ] || fail "this needs root, for chroot and debootstrap"
if [ $# -gt 0 ]; then mkdir -p "$1"; work=$(readlink -f "$1"); else work=$(mktemp -d); fi
server=
finish() {
    [ -z "$server" ] || pkill -KILL -P "$server" 2>/dev/null || true   # unshare, which takes the server with it
    [ $# -gt 0 ] && return
    # What buildah mounted there would keep the folder from going.
    awk -v under="$work/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount || true
    rm -rf "$work"
}
trap 'finish ${1+"$1"}' EXIT

for tool in buildah debootstrap; do
    command -v $tool >/dev/null || { say "installing $tool (apt)"; apt-get install -y -q --no-install-recommends $tool >/dev/null; }
done
in_store() { buildah --root "$work/store" --runroot "$work/run" --storage-driver overlay "$@"; }

# The stand-ins: what the real ones have of Debian's packages, the user app, and .NET or node.
stand_in() {
    local name=$1; shift
    in_store inspect --type image "localhost/$name" >/dev/null 2>&1 && return
    say "making the stand-in $name"
    # A machine behind a proxy trusts more than Debian does: node asks for it by name.
    { printf '%s\n' "FROM scratch" "ADD debian.tar /" "COPY certificates.crt /etc/ssl/certs/ca-certificates.crt" "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt"; printf '%s\n' "$@"; } >"$work/$name.containerfile"
    in_store bud --quiet --isolation chroot -f "$work/$name.containerfile" -t "$name" "$work/context" >/dev/null
}
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")") node=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
if [ ! -f "$work/context/debian.tar" ]; then
    say "making a Debian (debootstrap)"
    rm -rf "$work/debian"; mkdir -p "$work/context"
    debootstrap --variant=minbase --include=ca-certificates,libssl3,libstdc++6,zlib1g,tzdata bookworm "$work/debian" >"$work/debootstrap.log" || { tail "$work/debootstrap.log" >&2; fail "debootstrap failed"; }
    tar cf "$work/context/debian.tar.part" -C "$work/debian" --one-file-system .
    tar cf "$work/context/dotnet.tar" -C "$dotnet" .
    tar cf "$work/context/runtime.tar" -C "$dotnet" dotnet host shared
    tar cf "$work/context/node.tar" -C "$node" bin/node bin/npm lib/node_modules/npm
    mv "$work/context/debian.tar.part" "$work/context/debian.tar"
    rm -rf "$work/debian"
fi
cp /etc/ssl/certs/ca-certificates.crt "$work/context/certificates.crt"
stand_in node "ADD node.tar /usr/local/"
stand_in sdk "ADD dotnet.tar /usr/share/dotnet/" "RUN ln -s /usr/share/dotnet/dotnet /usr/bin/" "ENV DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"
stand_in aspnet "ADD runtime.tar /usr/share/dotnet/" "RUN ln -s /usr/share/dotnet/dotnet /usr/bin/ && useradd --uid 1654 --create-home app"

say "building the image"
in_store bud --isolation chroot --layers --format docker \
    --build-arg NODE_IMAGE=localhost/node --build-arg SDK_IMAGE=localhost/sdk --build-arg RUNTIME_IMAGE=localhost/aspnet -t avserver . >&2

# What the image says of itself is what the server is started by.
image() { in_store inspect --type image --format "{{$1}}" localhost/avserver; }
user=$(image .Docker.Config.User) folder=$(image .Docker.Config.WorkingDir)
mapfile -t environment < <(image 'range .Docker.Config.Env}}{{println .}}{{end')
mapfile -t entry < <(image 'range .Docker.Config.Entrypoint}}{{println .}}{{end')
mapfile -t health < <(image 'range .Docker.Config.Healthcheck.Test}}{{println .}}{{end')
[ "${user%%:*}" -gt 0 ] || fail "expected a user that isn't root, got '$user'"
[ "${health[0]}" = CMD ] || fail "expected a health check, got '${health[*]}'"

container=$(in_store from localhost/avserver)
root=$(in_store mount "$container")
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# Runs a command in the image's file system: read-only but for /tmp and /data, as the image's user, without capabilities or a way to get any.
inside() {
    unshare --mount --pid --fork --kill-child=TERM bash -c '
        root=$1 user=$2 folder=$3; shift 3
        mount --bind "$root" "$root" && cd "$root" && mount -o remount,bind,ro "$root" && mount --rbind /dev dev && mount -t proc proc proc
        mount -t tmpfs tmpfs tmp && mount -t tmpfs -o "uid=${user%%:*}" tmpfs data
        exec chroot "$root" setpriv --reuid "${user%%:*}" --regid "${user##*:}" --clear-groups --bounding-set -all --inh-caps -all --no-new-privs \
            env -i --chdir "$folder" "$@"' inside "$root" "$user" "$folder" "${environment[@]}" Urls="http://127.0.0.1:$port" "$@"
}

say "starting the server"
inside "${entry[@]}" --Emotion:Purpose "check of the image" >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 120); do
    kill -0 $server 2>/dev/null || { cat "$work/server.log" >&2; fail "the server ended"; }
    ! inside "${health[@]:1}" 2>/dev/null || break
    sleep 0.5
done
inside "${health[@]:1}" || { cat "$work/server.log" >&2; fail "the health check never passed"; }

say "asking it for what needs ffmpeg, OpenCV, Vosk and the models"
inside ffmpeg -v error -f lavfi -i testsrc=size=320x240:rate=25:duration=2 -f lavfi -i anoisesrc=duration=2:amplitude=0.3 -c:v mpeg4 -c:a aac -f matroska - >"$work/talk.mkv"
inside ffmpeg -v error -f lavfi -i testsrc=size=64x48 -frames:v 1 -f mjpeg - >"$work/picture.jpg"
pixels=$(node -e 'const jpeg = require("fs").readFileSync(process.argv[1]); process.stdout.write(Buffer.concat([Uint8Array.of(...[0, 8, 16, 24].map(bit => jpeg.length >> bit & 255), 64, 0, 0, 0), jpeg]))' "$work/picture.jpg" | inside dotnet exec AVServer.PictureDecoder.dll | wc -c)
[ "$pixels" -eq $((8 + 64 * 48 * 3)) ] || fail "the decoder of pictures doesn't decode one"
node - "http://127.0.0.1:$port" "$work/talk.mkv" <<'JS' || { cat "$work/server.log" >&2; fail "the server of the image doesn't do its work"; }
const [address, file] = process.argv.slice(2);
const assert = require('assert');
(async () => {
  const page = await (await fetch(address)).text();
  assert.match(page, /<title>AVServer/);
  assert.equal((await fetch(`${address}/lib/signalr.min.js`)).status, 200);
  const models = await (await fetch(`${address}/api/models`)).json();
  for (const kind of ['voiceActivity', 'emotion', 'transcriber'])
    assert(models.some(model => model.kind === kind && model.active), `Expected an active ${kind}, got ${JSON.stringify(models)}`);
  const keywords = await (await fetch(`${address}/api/keywords`)).json();
  assert(keywords.some(keyword => keyword.keyword === 'computer' && keyword.details), `Expected the shipped word, got ${JSON.stringify(keywords)}`);
  const answer = await fetch(`${address}/api/score?posteriors=true`, { method: 'POST', body: require('fs').readFileSync(file), headers: { 'Content-Type': 'video/x-matroska' } });
  const report = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(report));
  assert(Math.abs(report.durationSeconds - 2) < 0.1, JSON.stringify(report));
  console.error(`check-container: scored ${report.durationSeconds} s, ${Object.keys(report.maxPosterior).join(' and ')} listened`);
})().catch(error => { console.error(error.message); process.exit(1); });
JS

say "stopping it"
# The subshell's child is unshare, which waits and takes no signal; its child is the server.
kill -TERM "$(pgrep -P "$(pgrep -P $server)")"
wait $server || { cat "$work/server.log" >&2; fail "the server didn't end well on SIGTERM"; }
server=
! grep -q -i -E "read-only file system|permission denied" "$work/server.log" || { cat "$work/server.log" >&2; fail "the server tried to write where it may not"; }
say "the image works ($(du -sh --one-file-system "$root" | cut -f1), of which models $(du -sh "$root/app/models" | cut -f1))"
