#!/bin/bash
# with.sh DIR COMMAND... - run a command beside a private cluster of 3 nodes, all files of which are under DIR
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$1; shift
trap '"$HERE/down.sh" "$DIR"' EXIT
eval "$("$HERE/up.sh" "$DIR" 3)"
"$@"
