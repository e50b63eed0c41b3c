# Everything that must hold before a change lands. `.ci/run` calls this and nothing else.

command_test() {
    local began=$SECONDS log=$home/logs/test.log project format passed=0 failed=0 skipped=0
    local -A process began_at
    need_dotnet
    make_home
    postgres_bin >/dev/null || need_postgres
    want_tcmalloc
    want_fashion_mnist
    : >"$log"
    step "Restoring packages (seconds; the first time minutes)" checked 900 dotnet restore -v q -nologo
    step "Building; a warning is an error (two minutes)" checked 900 dotnet build --no-restore -v q -nologo
    # Style is the build's; this is white space, also of what no project has. Beside the first tests: it takes one core, and seconds.
    timeout 300 dotnet format whitespace --folder --verify-no-changes >"$home/logs/format.log" 2>&1 </dev/null & format=$!
    # Worker mostly waits, for processes that die and are found dead: the small ones run beside it.
    run_tests Api
    check_format "$format"
    start_tests Worker
    for project in tests/*.Tests; do
        project=$(basename "$project" .Tests)
        [[ $project =~ ^(Api|Training|Worker)$ ]] || run_tests "$project"
    done
    run_python_tests
    end_tests Worker
    run_tests Training
    if ((failed)); then say "What failed:"$'\n'"$(sed -nE 's/^(failed |FAIL: |ERROR: )/  /p' "$log")"; fi
    say "All of it: $log. $((SECONDS - began)) s in all."
    ((passed + failed > 0)) || fail "no test ran."
    say "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0))
}

# checked SECONDS COMMAND...: into the log; on failure its last lines, and the end.
checked() {
    timeout "$@" >>"$log" 2>&1 </dev/null || {
        tail -n 40 "$log"
        fail "'${*:2}' failed; all of it: $log"
    }
}

# check_format PROCESS: waits for it. What has another form counts as one failure.
check_format() {
    if wait "$1"; then say "· format: as it should be"; return; fi
    tail -n 40 "$home/logs/format.log"
    say "· format: not as it should be; 'dotnet format whitespace --folder' mends it"
    failed=$((failed + 1))
}

# run_tests NAME: runs tests/NAME.Tests and adds to the sums of command_test.
run_tests() { start_tests "$1"; end_tests "$1"; }

# start_tests NAME: in the background, into a log of its own.
start_tests() {
    OMP_WAIT_POLICY=PASSIVE timeout 900 dotnet test --project "tests/$1.Tests" --no-build --no-progress \
        >"$home/logs/test-$1.log" 2>&1 </dev/null &
    process[$1]=$! began_at[$1]=$SECONDS
}

# end_tests NAME: waits for it. A runner that dies counts as one failure.
end_tests() {
    local out code=0 total=0 ok=0 bad=0 left=0
    wait "${process[$1]}" || code=$?
    out=$(<"$home/logs/test-$1.log")
    printf '%s\n' "$out" >>"$log"
    total=$(count total) ok=$(count succeeded) bad=$(count failed) left=$(count skipped)
    # 8: the project has no tests.
    if ((code != 0 && code != 8 && bad == 0)); then bad=1; fi
    if ((bad)); then printf '%s\n' "$out" | tail -n 80; fi
    say "· $1.Tests: $ok passed, $bad failed, $left skipped ($((SECONDS - began_at[$1])) s)"
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# run_python_tests: those of the client, with the system's Python, which has Debian's torch where that is installed.
run_python_tests() {
    local python out code=0 began=$SECONDS ran=0 bad=0 left=0
    python=$(PATH=/usr/bin:$PATH command -v python3) || {
        say "· clients/python: skipped, because there is no python3."
        return
    }
    out=$(cd clients/python && PYTHONDONTWRITEBYTECODE=1 timeout 300 "$python" -m unittest discover -s tests -t . 2>&1 </dev/null) || code=$?
    printf '%s\n' "$out" >>"$log"
    ran=$(sed -nE 's/^Ran ([0-9]+) tests? in .*/\1/p' <<<"$out" | tail -n 1)
    bad=$(grep -cE '^(FAIL|ERROR): ' <<<"$out" || true)
    left=$(sed -nE 's/.*skipped=([0-9]+).*/\1/p' <<<"$out" | tail -n 1)
    if ((code != 0 && bad == 0)); then bad=1; fi
    if ((bad)); then printf '%s\n' "$out" | tail -n 40; fi
    if ! "$python" -c 'import torch' 2>/dev/null; then say "  what was skipped needs torch: apt-get install python3-torch"; fi
    local ok=$((${ran:-0} - bad - ${left:-0}))
    if ((ok < 0)); then ok=0; fi
    say "· clients/python: $ok passed, $bad failed, ${left:-0} skipped ($((SECONDS - began)) s)"
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + ${left:-0}))
}

# count WORD: the number behind WORD in the runner's summary, which is the last such line.
count() { sed -nE "s/^ *$1: ([0-9]+)\$/\1/p" <<<"$out" | tail -n 1 | grep . || echo 0; }
