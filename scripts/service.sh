# up, down, status, logs, watch, key, demo.

ready() { curl -fs -m 2 -o /dev/null "$(url)/health/ready"; }

# api PATH [CURL ARGUMENTS]: a call with the stored key, which curl reads from its standard input.
api() { curl -s -m 10 -H @- "$(url)$1" "${@:2}" <<<"Authorization: Bearer $(cat "$home/admin-key" 2>/dev/null)"; }

# call_api COMMAND...: runs a command of the Api in its own folder; on failure the last lines it said, and the end.
call_api() {
    (umask 077; cd "$app/api" && timeout 120 dotnet Api.dll "$@" </dev/null >"$logs/$1.log" 2>&1) || {
        tail -n 15 "$logs/$1.log" >&2
        fail "'Api $1' failed; all it said: $logs/$1.log"
    }
}

make_key() {
    call_api key --team demo --name local --scopes admin,operator
    (umask 077; tail -n 1 "$logs/key.log" >"$home/admin-key")
    rm "$logs/key.log"
}

# settle_key: the key is made once. A database that does not know it (another one, or an emptied one) gets a new one.
settle_key() {
    [[ $(api /v1/keys -o /dev/null -w '%{http_code}') != 401 ]] || {
        say "  this database does not know the stored key: making a new one"
        make_key
    }
}

start_programs() {
    export ConnectionStrings__Postgres Data__FashionMnist=$fashion_mnist Data__Cache=$home/cache DOTNET_ENVIRONMENT=Production ASPNETCORE_ENVIRONMENT=Production
    ConnectionStrings__Postgres=$(connection_string)
    step "Bringing the database up to date (seconds; two minutes at most)" call_api migrate
    [[ -s $home/admin-key ]] || make_key
    running api || {
        stop api
        ASPNETCORE_URLS=$(url) Service__Roles=api,inference DOTNET_GCgen0size=$youngest_generation \
            MALLOC_ARENA_MAX=4 MALLOC_MMAP_THRESHOLD_=1048576 keep api TERM "$app/api" dotnet Api.dll
    }
    running worker || {
        stop worker
        # Without PASSIVE, libtorch's idle threads spin, and a busy machine makes a step up to 20 times slower.
        OMP_WAIT_POLICY=PASSIVE keep worker TERM "$app/worker" dotnet Worker.dll
    }
    step "Waiting for the service to be ready (seconds; two minutes at most)" await api 120 ready
}

command_up() {
    need_dotnet
    open_home
    need_curl
    settle_port
    if running api && running worker && { [[ -n $given_database ]] || running postgres; } && ready && [[ -s $home/admin-key ]]; then
        say "ConcatService is up already."
        is_current || say "  The sources have changed since it was built: ./concat down, then ./concat up brings that in."
    else
        want_tcmalloc
        want_fashion_mnist
        # Never new files under a running process: then what is there stays.
        running api || running worker || build_app
        [[ -n $given_database ]] || start_postgres
        start_programs
        settle_key
        say "ConcatService is up."
    fi
    say "  Workbench  $(url)/workbench   (sign in with the key)
  Swagger    $(url)/swagger
  gRPC       $(grpc_address)   (Open Inference Protocol)
  key        ./concat key
  stop       ./concat down"
    close_home
}

command_down() {
    [[ -d $home ]] || { say "Nothing runs: there is no $home."; return; }
    open_home
    local name what=Nothing
    for name in worker api postgres; do
        ! gone "$name" || continue
        what="Stopping $name"
        [[ $name != worker ]] || what+=" (in the middle of a job up to two minutes, for a checkpoint)"
        step "$what" stop "$name"
    done
    if [[ $what == Nothing ]]; then say "Nothing of this instance was running."; else say "ConcatService is down; its data stays in $home."; fi
    close_home
}

command_status() {
    local name pid health=0
    say "ConcatService in $home"
    for name in postgres api worker; do
        if ! running "$name"; then
            [[ $name != postgres || -e $cluster ]] || { say "  postgres  none of its own"; continue; }
            pid=$(alive "$run/$name.child") && pid="runs as pid $pid with nobody to watch it: ./concat up takes it over"
            say "  $(printf %-9s "$name") ${pid:-down}"; health=3
        elif pid=$(alive "$run/$name.child"); then
            say "  $(printf %-9s "$name") up since $(date -r "$run/$name.child" "+%F %T"), pid $pid$(restarts "$name")"
        else
            say "  $(printf %-9s "$name") ended, and will be started again$(restarts "$name")"; health=3
        fi
    done
    if running api; then
        if ready; then
            say "  health    ready at $(url)/swagger"
            curl -s -m 3 "$(url)/health/ready" | grep -o '"detail":"[^"]*"' | sed 's/^"detail":"\(.*\)"$/  lacks     \1/' || true
        else say "  health    NOT READY: $(curl -s -m 3 "$(url)/health/ready" || echo "no answer at $(url)"); see ./concat logs"; health=3; fi
    fi
    [[ ! -e $cluster ]] || say "  cluster   $(readlink -f "$cluster"), port $(cat "$home/postgres-port" 2>/dev/null || echo "not chosen yet")"
    return "$health"
}

restarts() {
    local falls
    falls=$(cat "$run/$1.falls" 2>/dev/null) && say ", restarted $falls times"
    return 0
}

command_logs() {
    local follow=() names=() name
    for name in "$@"; do
        case $name in
            -f) follow=(-F) ;;
            api | worker | postgres) names+=("$logs/$name.log") ;;
            *) fail "logs takes api, worker or postgres, and -f; not '$name'." ;;
        esac
    done
    ((${#names[@]})) || for name in postgres api worker; do [[ ! -e $logs/$name.log ]] || names+=("$logs/$name.log"); done
    ((${#names[@]})) || fail "there are no logs in $logs yet: ./concat up"
    tail -n 100 "${follow[@]}" "${names[@]}"
}

# In the place of this script, so that Ctrl-C reaches the program alone, and its exit code is the command's.
command_watch() {
    (($# <= 1)) || fail "watch takes one job's id, or none for the newest."
    [[ -e $app/cli/Cli.dll && -s $home/admin-key ]] || fail "there is no service in $home yet: ./concat up"
    CONCAT_URL=$(url) CONCAT_KEY=$(command_key)
    export CONCAT_URL CONCAT_KEY
    exec dotnet "$app/cli/Cli.dll" watch "$@"
}

command_check() {
    [[ -e $app/cli/Cli.dll ]] || fail "there is no service in $home yet: ./concat up"
    CONCAT_URL=${CONCAT_URL:-$(url)} CONCAT_KEY=${CONCAT_KEY:-$(command_key)}
    export CONCAT_URL CONCAT_KEY
    exec dotnet "$app/cli/Cli.dll" check "$@"
}

command_key() {
    [[ -s $home/admin-key ]] || fail "this instance has no key yet: ./concat up makes one."
    cat "$home/admin-key"
}

command_demo() {
    command_up
    CONCAT_URL=$(url) CONCAT_KEY=$(command_key) Data__FashionMnist=$fashion_mnist dotnet "$app/cli/Cli.dll" demo
}
