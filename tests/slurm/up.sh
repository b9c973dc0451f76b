#!/bin/bash
# up.sh DIR [NODES] - bring up a private Slurm cluster of NODES nodes on this one machine, all files under DIR.
#
#   Debian 12:  apt-get update && apt-get install -y --no-install-recommends slurmctld slurmd slurm-client munge
#   eval "$(up.sh DIR 3)"     # prints: export SLURM_CONF=DIR/slurm.conf
#   ... sbatch, squeue, scancel, the tests ...
#   down.sh DIR
#
# Needs neither systemd nor cgroups nor slurmdbd, touches nothing under /etc, runs as root or as any user.
# As root each node gets its own PID and UTS namespace (own host name; cut-node.sh is a power cut).
# Settings: SLURM_FIX_CPUS (slots a node, 4), SLURM_FIX_PORT (first port; else a free range is looked for),
#   SLURM_FIX_DOWN_AFTER (seconds until a silent node is down, 10), SLURM_FIX_MAXARRAY (1001), SLURM_FIX_NS=0 (no namespaces)
set -euo pipefail
DIR=${1:?usage: up.sh DIR [NODES]}; NODES=${2:-3}
CPUS=${SLURM_FIX_CPUS:-4}
mkdir -p "$DIR"; DIR=$(realpath "$DIR")
mkdir -p "$DIR"/{state,spool,log,run}; chmod 755 "$DIR" "$DIR/run"
PATH=$PATH:/usr/sbin:/sbin
ME=$(id -un); HOST=$(hostname -s)

port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
BASE=${SLURM_FIX_PORT:-}
while [ -z "$BASE" ]; do
  BASE=$((20000 + RANDOM % 10000))
  for p in $(seq "$BASE" $((BASE + NODES))); do port_free "$p" || { BASE=; break; }; done
done

# --- munged: own key, own socket, never meets a system munged
[ -s "$DIR/munge.key" ] || (umask 077; head -c 128 /dev/urandom > "$DIR/munge.key")
munged --force --key-file="$DIR/munge.key" --socket="$DIR/run/munge.socket" --pid-file="$DIR/run/munged.pid" \
  --log-file="$DIR/log/munged.log" --seed-file="$DIR/run/munged.seed" 2>>"$DIR/log/munged.err"

# --- slurm.conf
{
cat <<CONF
ClusterName=fixture
SlurmctldHost=$HOST(127.0.0.1)
SlurmctldPort=$BASE
SlurmUser=$ME
SlurmdUser=$ME
AuthType=auth/munge
# cred_expire also delays the restart of a requeued job (default 120 s)
AuthInfo=socket=$DIR/run/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$DIR/state
SlurmctldPidFile=$DIR/run/slurmctld.pid
SlurmctldLogFile=$DIR/log/slurmctld.log
SlurmdPidFile=$DIR/run/slurmd-%n.pid
SlurmdLogFile=$DIR/log/slurmd-%n.log
SlurmdSpoolDir=$DIR/spool/%n
MailProg=/bin/true
# no cgroups, no pinning: works in a container
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
# no slurmdbd: squeue -t all shows finished jobs for MinJobAge seconds (stock: 300)
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$DIR/log/jobcomp.txt
MinJobAge=3600
MaxJobCount=20000
MaxArraySize=${SLURM_FIX_MAXARRAY:-1001}
# slots are not cores: more CPUs than the machine has is fine (config_overrides)
SlurmdParameters=config_overrides
SelectType=select/cons_tres
# least loaded node first, so that few tasks already use all nodes
SelectTypeParameters=CR_CPU,CR_LLN
# schedule at once (stock backfill scheduler: 200 tasks on 12 slots take 19 s instead of 7 s)
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
SlurmdTimeout=${SLURM_FIX_DOWN_AFTER:-10}
ReturnToService=2
KillWait=5
CONF
for i in $(seq 1 "$NODES"); do
  echo "NodeName=n$i NodeHostname=$HOST NodeAddr=127.0.0.1 Port=$((BASE + i)) CPUs=$CPUS RealMemory=1000 State=UNKNOWN"
done
echo "PartitionName=main Nodes=n[1-$NODES] Default=YES MaxTime=INFINITE State=UP"
} > "$DIR/slurm.conf"
: > "$DIR/log/jobcomp.txt"
export SLURM_CONF="$DIR/slurm.conf"   # also marks the daemons as ours for down.sh

slurmctld -c >>"$DIR/log/slurmctld.out" 2>&1
ns=0
if [ "$(id -u)" = 0 ] && [ "${SLURM_FIX_NS:-1}" = 1 ] && unshare --fork --pid --mount-proc --uts true 2>/dev/null; then ns=1; fi
for i in $(seq 1 "$NODES"); do
  mkdir -p "$DIR/spool/n$i"
  if [ $ns = 1 ]; then
    setsid unshare --fork --pid --mount-proc --uts --kill-child=KILL \
      sh -c "hostname n$i; exec slurmd -D -N n$i" >>"$DIR/log/slurmd-n$i.out" 2>&1 </dev/null &
    echo $! > "$DIR/run/ns-n$i.pid"
  else
    slurmd -N "n$i" >>"$DIR/log/slurmd-n$i.out" 2>&1
  fi
done
for _ in $(seq 1 150); do
  [ "$(sinfo -h -t idle -o %D 2>/dev/null || true)" = "$NODES" ] && { echo "export SLURM_CONF=$DIR/slurm.conf"; exit 0; }
  sleep 0.2
done
{ echo "slurm did not come up"; sinfo -R || true; tail -n 20 "$DIR"/log/*; } >&2
exit 1
