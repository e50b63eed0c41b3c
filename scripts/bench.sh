# A bench is an executable bench/NAME/run. Its second line, a comment, says what it measures. It gets CONCAT_URL, CONCAT_KEY
# and CONCAT_HOME of an instance that is up, and prints its figures with the machine and the settings they were measured with.

command_bench() {
    local file
    if (($# == 0)); then
        for file in bench/*/run; do
            [[ ! -x $file ]] || say "$(printf '  %-16s' "$(basename "$(dirname "$file")")") $(sed -n '2s/^[#/ ]*//p' "$file")"
        done
        return
    fi
    [[ -x bench/$1/run ]] || fail "there is no bench '$1'; ./concat bench lists them."
    command_up >&2
    CONCAT_URL=$(url) CONCAT_KEY=$(command_key) CONCAT_HOME=$home "bench/$1/run" "${@:2}"
}
