# A private PostgreSQL cluster: loopback only, with a password, on a port chosen once. Not used when ConnectionStrings__Postgres is set.

cluster=$home/postgres                  # a folder, or a link to one where this home is out of the server's reach

given_database=${ConnectionStrings__Postgres:-}

connection_string() {
    if [[ -n $given_database ]]; then
        echo "$given_database"
    else
        echo "Host=127.0.0.1;Port=$(<"$home/postgres-port");Database=concat;Username=concat;Password=$(<"$home/postgres-password")"
    fi
}

# settle_owner: the server refuses to run as root. `become` are the words that turn root into the cluster's owner; none for others.
# setpriv becomes the command, where runuser would stay as its parent: the pid that we keep is then the server's own.
settle_owner() {
    become=()
    owner=$(stat -L -c %U "$cluster" 2>/dev/null) || owner=postgres
    ((EUID != 0)) || become=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --init-groups)
}

# make_cluster: in a folder beside it, moved into place when whole, so that a half-made cluster is never taken for one.
make_cluster() {
    local bin new place=$cluster password
    bin=$(postgres_bin)
    if ! "${become[@]}" test -x "$home"; then
        install -d -m 755 /var/lib/concat
        place=/var/lib/concat/$(basename "$home")-$(sha256sum <<<"$home" | cut -c1-8)
        while [[ -e $place ]]; do       # of an earlier home at the same path
            say "  $place is left from before, and stays"
            place+=+
        done
        say "  $home is out of reach for the user postgres: the cluster goes to $place"
    fi
    new=$place.new
    rm -rf "$new"
    (umask 077; head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$home/postgres-password")
    # initdb reads the password from a file of its own user, and wants its folder empty: hence data/ beside that file.
    install -d -m 700 "$new"
    password=$new/password
    install -m 600 "$home/postgres-password" "$password"
    ((EUID != 0)) || chown -R "$owner:" "$new"
    (umask 077; : >"$logs/initdb.log")
    {
        "${become[@]}" env -C "$new" "$bin/initdb" -D data -U concat -A scram-sha-256 --pwfile=password -E UTF8 --no-locale &&
        "${become[@]}" env -C "$new" "$bin/postgres" --single -D data postgres <<<'create database concat'
    } >"$logs/initdb.log" 2>&1 || fail "the cluster could not be made; why: $logs/initdb.log"
    rm "$password"
    mv "$new" "$place"
    [[ $place == "$cluster" ]] || ln -s "$place" "$cluster"
}

# cluster_bin: the programs of the PostgreSQL version that made the cluster.
cluster_bin() {
    local version
    version=$("${become[@]}" cat "$(readlink -f "$cluster")/data/PG_VERSION" 2>/dev/null) ||
        fail "$cluster is not a whole cluster (no data/PG_VERSION). Put it aside and begin again: mv $cluster $cluster.broken"
    postgres_bin "$version" || fail "the cluster in $cluster was made by PostgreSQL $version, which is not installed.
  Install it (sudo apt-get install postgresql-$version), or begin with an empty database: mv $cluster $cluster.old"
}

# settle_postgres_port: chosen once; again only when somebody else has taken it since. It starts at a number made from the home's
# name, which keeps two instances apart that come up at the same moment.
settle_postgres_port() {
    local port
    port=$(cat "$home/postgres-port" 2>/dev/null) || port=$((15432 + 0x$(sha256sum <<<"$home" | cut -c1-6) % 10000))
    while port_taken "$port"; do
        say "  port $port is taken by $(who_has "$port"): PostgreSQL goes to $((port + 1))"
        port=$((port + 1))
    done
    echo "$port" >"$home/postgres-port"
}

postgres_answers() { "$1/pg_isready" -q -h 127.0.0.1 -p "$(<"$home/postgres-port")" -t 2; }

start_postgres() {
    local bin
    need_postgres
    settle_owner
    if [[ ! -e $cluster ]]; then
        rm -f "$cluster"                # a link whose folder is gone
        step "Making a PostgreSQL cluster (a few seconds)" make_cluster
    fi
    ((EUID == 0)) || [[ -O $cluster ]] || fail "$cluster belongs to $(stat -L -c %U "$cluster"), not to you: use a CONCAT_HOME of your own."
    bin=$(cluster_bin)
    ! running postgres || ! postgres_answers "$bin" || return 0
    if ! running postgres; then
        stop postgres                   # a server whose keeper was killed
        settle_postgres_port
        # 200 connections: two pools of up to 100. No JIT: on queries of milliseconds it costs more than it gives.
        keep postgres INT "$home" "${become[@]}" "$bin/postgres" -D "$(readlink -f "$cluster")/data" -p "$(<"$home/postgres-port")" \
            -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c shared_buffers=256MB -c jit=off
    fi
    step "Starting PostgreSQL on port $(<"$home/postgres-port") (seconds; after a crash up to two minutes)" await postgres 120 postgres_answers "$bin"
}
