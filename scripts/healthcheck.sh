#!/usr/bin/env bash
# Whether the server of this machine takes streams: ends well where /health/ready answers 200. Needs no program that speaks HTTP.
# Asks at the port of the environment's Urls.
set -euo pipefail
port=${Urls:-http://127.0.0.1:5080}
port=${port##*:}
exec 3<>"/dev/tcp/127.0.0.1/${port%%/*}"
printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 4 status <&3
[[ $status == HTTP/*" 200 "* ]]
