#!/bin/bash
# down.sh DIR - stop the private cluster started by up.sh DIR (only its own processes)
DIR=$(realpath "${1:?usage: down.sh DIR}"); export SLURM_CONF=$DIR/slurm.conf
mine() {  # is pid $1 a live process of this cluster? (never trust a stale pid file, never touch pid 1)
  [ "${1:-0}" -gt 1 ] 2>/dev/null && { tr '\0' '\n' <"/proc/$1/environ" | grep -qxF "SLURM_CONF=$SLURM_CONF" ||
    tr '\0' ' ' <"/proc/$1/cmdline" | grep -qF "$DIR/"; } 2>/dev/null
}
[ -s "$SLURM_CONF" ] && timeout 5 scancel -u "$(id -un)" 2>/dev/null
sleep 0.3
shopt -s nullglob
pids=()
for p in "$DIR"/run/ns-*.pid; do
  n=${p##*/ns-}; rm -f "$DIR/run/slurmd-$n"           # holds a pid of the namespace, not of the host
  q=$(<"$p"); mine "$q" && kill -KILL "$q" && pids+=("$q"); rm -f "$p"
done
for p in "$DIR"/run/slurmd-*.pid "$DIR"/run/slurmctld.pid "$DIR"/run/munged.pid; do
  q=$(<"$p"); mine "$q" && kill "$q" && pids+=("$q")
done
for _ in $(seq 1 50); do
  alive=0; for q in "${pids[@]}"; do mine "$q" && alive=1; done
  [ $alive = 0 ] && break; sleep 0.1
done
exit 0
