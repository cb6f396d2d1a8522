#!/bin/sh
# `reviews update` now, and then every night at REVIEWS_NIGHTLY (02:15 unless set), until stopped. For a container, which
# has no cron; arguments are passed on. A failed update is in the log and in `reviews status`; the next night tries again.
set -u
at=${REVIEWS_NIGHTLY:-02:15}
date --date="$at" >/dev/null || { echo "REVIEWS_NIGHTLY is '$at'. Write a time such as 02:15." >&2; exit 2; }

child=
stop() {
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
    exit 0
}
trap stop TERM INT

# Signals reach a shell only while it waits, so every command runs beside it.
beside() {
    "$@" &
    child=$!
    wait "$child"
}

while true; do
    beside reviews update "$@" || echo "reviews update ended with exit code $?." >&2
    now=$(date +%s)
    next=$(date --date="$at" +%s)
    [ "$next" -gt "$now" ] || next=$(date --date="tomorrow $at" +%s)
    echo "The next update starts at $(date --date="@$next" '+%Y-%m-%d %H:%M %Z')." >&2
    beside sleep $((next - now))
done
