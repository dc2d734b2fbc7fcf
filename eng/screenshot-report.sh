#!/usr/bin/env bash
# Shows a report as a phone and a desk see it, light and dark: four PNG files. Needs Chromium.
#   eng/screenshot-report.sh REPORT.html FOLDER
set -euo pipefail

report=$(realpath "${1:?which report? eng/screenshot-report.sh REPORT.html FOLDER}")
folder=$(realpath "${2:?which folder for the pictures?}")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo "There is no Chromium here; on Debian: apt-get install -y chromium" >&2
    exit 1
}

profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
for size in 390x844 1400x1000; do
    for scheme in light dark; do
        # 0 is dark and 1 is light, in Chromium's own order.
        preferred=$([ "$scheme" = dark ] && echo 0 || echo 1)
        "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
            --blink-settings=preferredColorScheme="$preferred" --window-size="${size/x/,}" \
            --screenshot="$folder/report-$size-$scheme.png" "file://$report" 2> "$profile/log" || { cat "$profile/log" >&2; exit 1; }
        echo "$folder/report-$size-$scheme.png"
    done
done
