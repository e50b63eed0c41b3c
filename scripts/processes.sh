# The three processes of an instance (postgres, api, worker), each under a keeper that starts it again when it dies.

running() { alive "$run/$1.keeper" >/dev/null; }

# gone NAME: neither the keeper nor what it kept is there.
gone() { ! alive "$run/$1.keeper" >/dev/null && ! alive "$run/$1.child" >/dev/null; }

# keep NAME SIGNAL FOLDER COMMAND...: starts the command in the folder under a keeper, in a session of its own, so that Ctrl-C here
# does not reach it. Secrets go by the environment: arguments can be read by everybody on the machine.
keep() {
    local name=$1 signal=$2 folder=$3; shift 3
    rm -f "$run/$name".{keeper,child,falls}
    # For the owner alone, those of earlier releases too: a log names teams, jobs and addresses.
    (umask 077; : >>"$logs/$name.log")
    chmod 600 "$logs/$name.log"*
    (cd "$folder" && exec setsid "$root/scripts/keeper" "$name" "$run" "$signal" "$@" </dev/null >>"$logs/$name.log" 2>&1 9>&-) &
    wait_for 5 running "$name" || fail "the keeper of $name did not start; see $logs/$name.log"
}

# await NAME SECONDS CHECK...: until the check succeeds. The third fall ends the wait: a fourth would not help.
await() {
    local name=$1 until=$((SECONDS + $2)); shift 2
    until "$@"; do
        ((SECONDS < until && $(cat "$run/$name.falls" 2>/dev/null || echo 0) < 3)) || {
            tail -n 15 "$logs/$name.log" >&2
            fail "$name does not come up. Its last lines are above, all of them in $logs/$name.log. Once mended: ./concat down, then ./concat up"
        }
        sleep 0.1
    done
}

# stop NAME: ends what an earlier keep started, and nothing else; does nothing when that is gone.
stop() {
    local name=$1 bound=60 signal=TERM pid
    [[ $name != worker ]] || bound=150                                      # it writes a checkpoint, and gives its job back
    [[ $name != postgres ]] || signal=INT                                   # fast shutdown: TERM would wait for every client
    if pid=$(alive "$run/$name.keeper"); then kill -TERM "$pid"
    elif pid=$(alive "$run/$name.child"); then kill -s "$signal" "$pid"
    else return 0; fi
    wait_for "$bound" gone "$name" || {
        say "  $name has not ended in $bound s: killing it"
        for pid in $(alive "$run/$name.keeper") $(alive "$run/$name.child"); do kill -KILL "$pid" 2>/dev/null || true; done
        wait_for 10 gone "$name" || fail "$name does not end, pid $(cat "$run/$name.child")."
    }
    rm -f "$run/$name".{keeper,child,falls}
}
