#!/usr/bin/env bash
# Runs a cluster on loopback ports of this machine: three nodes, the Redis, the PostgreSQL and the folder that they share, and nginx before them.
# It sets up and builds what is missing, says the addresses, and ends all of it with Ctrl-C; what was kept goes with it.
#   scripts/cluster.sh [--Section:Key value …]   with further settings for all nodes
#   scripts/cluster.sh check                     plays failures against a cluster of its own, in some four minutes; the last line has the figures
#   scripts/cluster.sh kill|stop|start PART      in the cluster that runs: PART is node-1, node-2, node-3 or redis; kill is a crash
# AVSERVER_CLUSTER_PORT (5080) is nginx's; the nodes have the three behind it, Redis the next. AVSERVER_MODELS names another folder of models,
# AVSERVER_BUILT=1 takes what is built.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
port=${AVSERVER_CLUSTER_PORT:-5080}
folder=${TMPDIR:-/tmp}/avserver-cluster-$port
server=$root/src/AVServer.Server/bin/Release/net10.0/AVServer.Server.dll

say() { echo "cluster: $*" >&2; }
fail() { say "$@"; exit 1; }
pid_of() { cat "$folder/$1.pid" 2>/dev/null || true; }
lives() { local pid; pid=$(pid_of "$1"); [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; }

# Starts a program in a session of its own, so that Ctrl-C reaches this script alone and the parts end in their order.
#   launch PART COMMAND…
launch() {
    local part=$1; shift
    setsid "$@" >>"$folder/$part.log" 2>&1 </dev/null &
    echo $! >"$folder/$part.pid"
}

#   until_it PART COMMAND…    waits until a command succeeds, or the part has ended
until_it() {
    local part=$1; shift
    until "$@" >/dev/null 2>&1; do
        lives "$part" || { tail -n 5 "$folder/$part.log" >&2; fail "$part did not start; its log ends as above"; }
        sleep 0.1
    done
}

is_ready() { Urls=:$1 "$root/scripts/healthcheck.sh"; }
is_redis_ready() (
    exec 3<>"/dev/tcp/127.0.0.1/$((port + 4))"
    printf 'PING\r\n' >&3
    read -r -t 2 answer <&3
    [[ $answer == +PONG* ]]   # it answers while it loads what it kept, but otherwise
)

start() {
    lives "$1" && fail "$1 runs already"
    case $1 in
        redis)
            launch redis redis-server --port $((port + 4)) --bind 127.0.0.1 --dir "$folder/redis" --appendonly yes --save ''
            until_it redis is_redis_ready
            ;;
        node-[123])
            local settings=(); mapfile -t settings <"$folder/settings"
            ASPNETCORE_ENVIRONMENT=Production launch "$1" dotnet "$server" --urls "http://127.0.0.1:$((port + ${1#node-}))" \
                --Runtime:ModelsPath "${AVSERVER_MODELS:-$root/models}" --Keywords:Path "$folder/$1.json" --Keywords:MeasuredPath "$folder/measured" \
                --Cluster:Redis "127.0.0.1:$((port + 4))" --Cluster:Node "$1" --Cluster:SharedFolder "$folder/shared" \
                --History:Provider postgres --History:ConnectionString "Host=$folder/postgres;Username=postgres;Database=postgres" "${settings[@]}"
            until_it "$1" is_ready $((port + ${1#node-}))
            ;;
        *) fail "expected node-1, node-2, node-3 or redis, got '$1'" ;;
    esac
}

#   finish PART SIGNAL    returns when it has ended
finish() {
    local pid; pid=$(pid_of "$1")
    [ -n "$pid" ] || return 0
    kill -s "$2" "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
    rm -f "$folder/$1.pid"
}

# PostgreSQL refuses to run as root.
postgres() {
    local programs; programs=$(find /usr/lib/postgresql -path '*/bin/initdb' | sort -V | tail -n 1)
    programs=${programs%/initdb}
    local as=(); [ "$(id -u)" -ne 0 ] || { chown postgres "$folder/postgres"; as=(setpriv --reuid postgres --regid postgres --init-groups); }
    cd "$folder/postgres"
    "${as[@]}" "$programs/initdb" -D "$folder/postgres/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >>"$folder/postgres.log" 2>&1 \
        || { tail -n 5 "$folder/postgres.log" >&2; fail "PostgreSQL could not be set up"; }
    launch postgres "${as[@]}" "$programs/postgres" -D "$folder/postgres/data" -c listen_addresses= -c "unix_socket_directories=$folder/postgres" -c fsync=off
    until_it postgres "$programs/pg_isready" -h "$folder/postgres" -U postgres
    cd "$root"
}

nginx() {
    cat >"$folder/nginx.conf" <<EOF
daemon off; pid $folder/nginx.own; worker_processes 1;
$([ "$(id -u)" -ne 0 ] || echo "user root;")
events { worker_connections 4096; }
http {
  access_log off; client_max_body_size 0; proxy_buffering off; proxy_request_buffering off; proxy_http_version 1.1;
  proxy_connect_timeout 2s; proxy_read_timeout 1h; proxy_next_upstream error timeout http_503;
  client_body_temp_path $folder/nginx/body; proxy_temp_path $folder/nginx/proxy; fastcgi_temp_path $folder/nginx/fastcgi;
  uwsgi_temp_path $folder/nginx/uwsgi; scgi_temp_path $folder/nginx/scgi;
  upstream nodes {
    server 127.0.0.1:$((port + 1)) fail_timeout=1s; server 127.0.0.1:$((port + 2)) fail_timeout=1s; server 127.0.0.1:$((port + 3)) fail_timeout=1s;
  }
  server {
    listen 127.0.0.1:$port;
    location / { proxy_pass http://nodes; proxy_set_header Host \$host; proxy_set_header Upgrade \$http_upgrade; proxy_set_header Connection \$http_connection; }
  }
}
EOF
    launch nginx /usr/sbin/nginx -p "$folder" -e "$folder/nginx.log" -c "$folder/nginx.conf"
    until_it nginx is_ready "$port"
}

# Nodes first: they give back what they have, for which they need the others.
end() {
    trap '' INT TERM
    say "ending"
    [ -z "${waiting:-}" ] || kill "$waiting"
    local part ending=()
    for part in node-1 node-2 node-3; do finish "$part" TERM & ending+=($!); done
    wait "${ending[@]}"
    for part in nginx redis; do finish "$part" TERM; done
    finish postgres INT
    rm -rf "$folder"
}

case ${1:-} in
    kill) finish "$2" KILL; exit ;;
    stop) finish "$2" TERM; exit ;;
    start) start "$2"; exit ;;
    check)
        cd "$root"
        project=AVServer.Soak.Tests
        [ -n "${AVSERVER_BUILT:-}" ] || { scripts/setup.sh test; dotnet build "tests/$project" -c Release -v q --nologo -clp:ErrorsOnly; }
        AVSERVER_CLUSTER_FIGURES=$(mktemp); export AVSERVER_CLUSTER_FIGURES
        trap 'rm -f "$AVSERVER_CLUSTER_FIGURES"' EXIT
        dotnet "tests/$project/bin/Release/net10.0/$project.dll" -noLogo -noColor -explicit only -class "$project.ClusterCheckTests" >&2
        cat "$AVSERVER_CLUSTER_FIGURES"
        exit
        ;;
    '' | --*) ;;
    *) echo "cluster: expected settings, check, or kill, stop or start with a part, got '$1'" >&2; exit 2 ;;
esac

for part in node-1 node-2 node-3 nginx redis postgres; do lives "$part" && fail "a cluster runs at port $port already; AVSERVER_CLUSTER_PORT takes another"; done
cd "$root"
if [ -z "${AVSERVER_BUILT:-}" ]; then
    scripts/setup.sh cluster
    say "building (Release)"
    dotnet build src/AVServer.Server -c Release -v q --nologo -clp:ErrorsOnly >&2
fi
[ ! -e "$folder" ] || [ -O "$folder" ] || fail "$folder is somebody else's; AVSERVER_CLUSTER_PORT takes another"
rm -rf "$folder"
mkdir -p "$folder"/{redis,postgres,nginx,shared}
printf '%s\n' "$@" | sed '/^$/d' >"$folder/settings"
trap end EXIT
trap 'exit 130' INT TERM
postgres
start redis
starting=()
for part in node-1 node-2 node-3; do start "$part" & starting+=($!); done
for one in "${starting[@]}"; do wait "$one"; done
nginx
say "nginx at http://127.0.0.1:$port, nodes at http://127.0.0.1:$((port + 1)), :$((port + 2)) and :$((port + 3))"
say "Redis at 127.0.0.1:$((port + 4)), PostgreSQL in $folder/postgres, logs and all else in $folder"
say "ready; Ctrl-C ends all of it"
sleep infinity </dev/null >/dev/null 2>&1 &
waiting=$!
wait "$waiting"
