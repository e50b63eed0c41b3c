# CONCAT_HOME: where an instance keeps everything, and the lock that lets one `up` or `down` at a time work on it.

home=${CONCAT_HOME:-${XDG_DATA_HOME:-${HOME:?set HOME or CONCAT_HOME}/.local/share}/concat}
[[ $home == /* ]] || home=$(realpath -m "$OLDPWD/$home")
logs=$home/logs
run=$home/run

# make_home: for its owner alone, since there are keys and passwords in it.
make_home() {
    { [[ -d $home ]] || install -d -m 700 "$home"; } && mkdir -p "$logs" "$run" && chmod 700 "$logs" "$run" && [[ -w $home ]] ||
        fail "cannot write to $home: set CONCAT_HOME to a folder of your own."
}

open_home() {
    make_home
    exec 9>"$home/lock"
    flock -n 9 || { say "· Another ./concat works on $home: waiting for it (up to 5 minutes)"; flock -w 300 9; } ||
        fail "another ./concat has held $home/lock for 5 minutes; see who: fuser -v $home/lock"
}

close_home() { exec 9>&-; }

port() { cat "$home/port" 2>/dev/null || echo 8080; }

url() { echo "http://127.0.0.1:$(port)"; }

grpc_address() { echo "127.0.0.1:$(($(port) + 1))"; }

# settle_port: takes over --port, and sees that nobody else listens there.
settle_port() {
    if alive "$run/api.keeper" >/dev/null; then
        [[ -z $wanted_port || $wanted_port == "$(port)" ]] ||
            fail "this instance runs on port $(port) already. To move it: ./concat down, then ./concat up --port $wanted_port"
        return
    fi
    local port=${wanted_port:-$(port)}
    local each
    for each in "$port" "$((port + 1))"; do
        ! port_taken "$each" ||
            fail "port $each is taken by $(who_has "$each"); HTTP takes $port and gRPC $((port + 1)). Stop that, or choose others: ./concat $command --port $((port + 10))"
    done
    echo "$port" >"$home/port"
}
