# A bench is one file, bench/NAME.cs, whose first line says what it measures. It gets CONCAT_URL and CONCAT_KEY of an instance that is
# up (with its folder, its programs and its database in CONCAT_HOME, CONCAT_APP and ConnectionStrings__Postgres), and prints its figures with what they depend on. One whose second line is "// needs: nothing" runs without an instance.

command_bench() {
    local file
    if (($# == 0)); then
        for file in bench/*.cs; do
            say "  $(basename "$file" .cs): $(sed -n '1s|^// *||p' "$file")"
        done
        return
    fi
    [[ -f bench/$1.cs ]] || fail "there is no bench '$1'; ./concat bench lists them."
    if [[ $(sed -n 2p "bench/$1.cs") != "// needs: nothing" ]]; then
        command_up >&2
        CONCAT_URL=$(url) CONCAT_KEY=$(command_key) CONCAT_HOME=$home CONCAT_APP=$app ConnectionStrings__Postgres=$(connection_string)
        export CONCAT_URL CONCAT_KEY CONCAT_HOME CONCAT_APP ConnectionStrings__Postgres
    fi
    DOTNET_GCgen0size=$youngest_generation dotnet run --configuration Release "bench/$1.cs" -- "${@:2}"
}
