#!/bin/bash
# cut-node.sh DIR nX - power cut of one node of the fixture: slurmd, slurmstepd and its jobs die at once (SIGKILL)
p=$(realpath "$1")/run/ns-$2.pid; kill -KILL "$(cat "$p")" && rm -f "$p"
