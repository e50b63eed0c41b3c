# Words to the reader, bounded waiting, and who a process is.

say() { printf '%s\n' "$*"; }

fail() {
    printf 'concat: %s\n' "$*" >&2
    exit 1
}

# step "what is done and how long it may take" COMMAND...: says it, runs the command, and tells the time when it was long.
# Never call it on the left of || or in an if: bash then forgets `set -e` in everything that the command calls.
step() {
    local what=$1 began=$SECONDS; shift
    say "· $what"
    "$@"
    ((SECONDS - began < 3)) || say "  $((SECONDS - began)) s"
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails when the time is over.
wait_for() {
    local until=$((SECONDS + $1)); shift
    until "$@"; do
        ((SECONDS < until)) || return 1
        sleep 0.1
    done
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# who_has PORT: "pid 4711 (nginx)" as far as this user may know it.
who_has() {
    local line
    line=$(ss -Hltnp "sport = :$1" 2>/dev/null | head -1) || true
    if [[ $line =~ \(\(\"([^\"]*)\",pid=([0-9]+) ]]; then echo "pid ${BASH_REMATCH[2]} (${BASH_REMATCH[1]})"; else echo "another process"; fi
}

# identity PID: the pid with its start time and the boot it belongs to, or nothing when it is gone. A pid alone may be
# somebody else's by now; these three never are. A zombie counts as gone: where pid 1 does not reap, they stay for ever.
identity() {
    local stat fields
    stat=$(cat "/proc/${1:-none}/stat" 2>/dev/null) || return 0
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} == Z ]] || echo "$1 ${fields[19]} $(</proc/sys/kernel/random/boot_id)"
}

# alive FILE: prints the pid that the identity in FILE still stands for; fails when that process is gone.
alive() {
    local record
    record=$(cat "$1" 2>/dev/null) && [[ -n $record && $(identity "${record%% *}") == "$record" ]] && echo "${record%% *}"
}

# 128 MB for the youngest generation of the garbage collector: a spec of 20,000 layers then costs hardly more a layer than one of 100
# (docs/decisions/0017). The runtime reads it from the environment alone; Dockerfile.api says the same.
youngest_generation=0x8000000
