# What must be on the machine, and how it gets there.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
fashion_mnist=${Data__FashionMnist:-/usr/share/datasets/fashion-mnist}

# The SDK's command line stops without the ICU libraries, which a bare container lacks; nothing here depends on a culture.
ldconfig -p 2>/dev/null | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

need_dotnet() {
    local folder
    for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet; do
        command -v dotnet >/dev/null && break
        [[ -x $folder/dotnet ]] && PATH=$folder:$PATH
    done
    command -v dotnet >/dev/null && [[ $(dotnet --list-sdks 2>/dev/null) =~ (^|$'\n')10\. ]] ||
        fail "the .NET SDK 10 is missing. Get it from https://dotnet.microsoft.com/download/dotnet/10.0 (Ubuntu: sudo apt-get install dotnet-sdk-10.0), then run this again."
}

# may_install: as root, or by sudo that asks nothing, on a system with apt.
may_install() { command -v apt-get >/dev/null && { ((EUID == 0)) || sudo -n true 2>/dev/null; }; }

# apt_install PACKAGE...: fails when it may not or cannot; never asks a question.
apt_install() {
    may_install || return 1
    local sudo=; ((EUID == 0)) || sudo="sudo -n"
    say "· Installing $* (a minute or less; log: $logs/apt.log)"
    # The lists may be missing (a fresh container) or old: refresh them only when the first try fails. What an installed package
    # starts must not inherit the lock (9).
    local install="$sudo env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends"
    $install "$@" >"$logs/apt.log" 2>&1 </dev/null 9>&- ||
        { $sudo timeout 120 apt-get update && $install "$@"; } >>"$logs/apt.log" 2>&1 </dev/null 9>&-
}

# postgres_bin [VERSION]: the folder of the newest PostgreSQL server (15 or later), or of that version.
postgres_bin() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin "$(pg_config --bindir 2>/dev/null || true)" | sort -rV); do
        [[ -x $folder/initdb && $("$folder/postgres" --version) =~ \ ([0-9]+) ]] || continue
        if [[ -n ${1:-} ]]; then ((BASH_REMATCH[1] == $1)) || continue; else ((BASH_REMATCH[1] >= 15)) || continue; fi
        echo "$folder"
        return
    done
    return 1
}

need_postgres() {
    postgres_bin >/dev/null || { apt_install postgresql && postgres_bin >/dev/null; } ||
        fail "PostgreSQL 15 or later is missing and could not be installed from here.
  Debian, Ubuntu:  sudo apt-get install postgresql
  Fedora:          sudo dnf install postgresql-server
Or use a database you have: export ConnectionStrings__Postgres='Host=…;Database=…;Username=…;Password=…'"
}

need_curl() { command -v curl >/dev/null || apt_install curl || fail "curl is missing: sudo apt-get install curl"; }

want_tcmalloc() {
    [[ -n $(compgen -G '/usr/lib*/libtcmalloc_minimal.so.4' || compgen -G '/usr/lib/*/libtcmalloc_minimal.so.4') ]] || apt_install libtcmalloc-minimal4 || say \
        "  tcmalloc is not here, and could not be installed (sudo apt-get install libtcmalloc-minimal4): training takes up to twice the memory and more time."
}

want_fashion_mnist() {
    [[ -r $fashion_mnist/train-images-idx3-ubyte.gz ]] || apt_install dataset-fashion-mnist || say \
        "  Fashion-MNIST is not here, and could not be installed (sudo apt-get install dataset-fashion-mnist): the generated data set is there instead."
}
