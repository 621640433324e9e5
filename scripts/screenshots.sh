#!/usr/bin/env bash
# Makes the README's pictures of the page anew, as the browser tests see it; needs what scripts/setup.sh puts in place, and AVSERVER_CORPORA for somebody who speaks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
AVSERVER_SCREENSHOTS=$made dotnet test tests/AVServer.Browser.Tests -c Release --nologo -v q --filter "FullyQualifiedName~Page_full_of_events"
mkdir -p docs/screenshots
cp "$made/desktop-light-speech.png" docs/screenshots/page.png
cp "$made/phone-dark-word.png" docs/screenshots/phone.png
cp "$made/desktop-dark-recording.png" docs/screenshots/recording.png
