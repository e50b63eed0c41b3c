# What runs is a published copy in CONCAT_HOME: a later build in the tree never changes files under a running process,
# and Kestrel serves style sheets and scripts from published output only.

app=$home/app

configuration=${CONCAT_CONFIGURATION:-Release}

# sources_hash: one hash over everything that the published programs are made from.
sources_hash() {
    find src samples Directory.* global.json \( -name bin -o -name obj \) -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | { cat; echo "$configuration"; } | sha256sum | cut -d' ' -f1
}

is_current() { [[ $(cat "$app/sources" 2>/dev/null) == "$(sources_hash)" ]]; }

build_app() {
    if is_current; then return; fi
    rm -rf "$app.new"
    step "Building (half a minute; the first time a few, for the packages; log: $logs/build.log)" publish_all
    rm -rf "$app"
    mv "$app.new" "$app"
}

publish_all() {
    local hash project
    hash=$(sources_hash)
    exec 8<"$root"
    flock -w 600 8 || fail "another build in $root has not ended for 10 minutes."
    (umask 077; : >"$logs/build.log")
    for project in Api Worker Cli; do
        # The compiler's server outlives the build: with the locks' descriptors it would hold the locks.
        timeout 900 dotnet publish "src/$project" -c "$configuration" -v q -nologo -o "$app.new/${project,,}" >>"$logs/build.log" 2>&1 </dev/null 8<&- 9>&- ||
            { grep -E 'error|warn' "$logs/build.log" | sort -u | head -20 >&2 || true
              fail "the build of src/$project failed; all of it: $logs/build.log"; }
    done
    exec 8<&-
    echo "$hash" >"$app.new/sources"
}
