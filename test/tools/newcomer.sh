#!/usr/bin/env bash
# What somebody new does: clones the committed main into an empty folder, runs the README's two commands with an empty home, waits for the
# page, then runs the tests. Prints each step's seconds. Leaves nothing running.
set -u
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
mkdir "$work/home"
git clone -q . "$work/main" || exit 1
cd "$work/main" || exit 1
pid=
finish() { [ -n "$pid" ] && { kill -TERM -- "-$pid"; sleep 1; kill -KILL -- "-$pid"; } 2>/dev/null; rm -rf "$work"; }
trap finish EXIT
begin=$SECONDS
npm ci >"$work/install.log" 2>&1 || { tail -n 20 "$work/install.log"; exit 1; }
echo "npm ci: $((SECONDS - begin)) s"
HOME=$work/home setsid npm start >"$work/start.log" 2>&1 &
pid=$!
begin=$SECONDS
url=
while [ $((SECONDS - begin)) -lt 90 ]; do
  url=$(grep -oE 'https?://(localhost|127\.0\.0\.1):[0-9]+[^[:space:]"]*' "$work/start.log" | head -n 1)
  [ -n "$url" ] && curl -fsS -o /dev/null "$url" && break
  url=
  sleep 1
done
[ -n "$url" ] || { tail -n 20 "$work/start.log"; exit 1; }
echo "npm start: $url answered after $((SECONDS - begin)) s"
kill -TERM -- "-$pid" 2>/dev/null
sleep 1
pid=
begin=$SECONDS
CI=true npm test >"$work/test.log" 2>&1
code=$?
tail -n 6 "$work/test.log"
echo "npm test: exit $code after $((SECONDS - begin)) s"
exit $code
