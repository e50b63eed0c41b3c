# Builds both images with what is there: Docker, Podman or buildah. Where the registries of the Dockerfiles cannot be reached, other base
# images stand in for theirs: docs/containers.md has the recipe.

command_images() {
    local tool version
    tool=$(image_tool) || fail "there is no docker, podman or buildah here: install one of them."
    version=$(sed -nE 's|.*<Version>(.*)</Version>.*|\1|p' Directory.Build.props)
    say "Building with $tool; several minutes, more where the base images are not there yet."
    build_image "$tool" Dockerfile.api "concatservice-api:$version" \
        "SDK_IMAGE=${SDK_IMAGE:-}" "RUNTIME_IMAGE=${RUNTIME_IMAGE:-}" "ORT_BACKEND=${ORT_BACKEND:-}"
    build_image "$tool" Dockerfile.worker "concatservice-worker${TORCH_BACKEND:+-$TORCH_BACKEND}:$version" \
        "SDK_IMAGE=${SDK_IMAGE:-}" "WORKER_IMAGE=${WORKER_IMAGE:-}" "TORCH_BACKEND=${TORCH_BACKEND:-}"
    say "Built: concatservice-api:$version, concatservice-worker${TORCH_BACKEND:+-$TORCH_BACKEND}:$version."
}

# image_tool: the first of the three that answers; a client of Docker without its server does not.
image_tool() {
    if docker version >/dev/null 2>&1; then echo docker
    elif command -v podman >/dev/null; then echo podman
    elif command -v buildah >/dev/null; then echo buildah
    else return 1
    fi
}

# build_image TOOL FILE NAME ARGUMENT=VALUE...: those without a value keep the Dockerfile's.
build_image() {
    local tool=$1 file=$2 name=$3 argument
    local words=(build)
    [[ $tool == buildah ]] && words=(bud --layers)
    shift 3
    for argument in "$@"; do
        [[ -n ${argument#*=} ]] && words+=(--build-arg "$argument")
    done
    # shellcheck disable=SC2086     # IMAGE_OPTIONS is several words
    "$tool" ${IMAGE_TOOL_OPTIONS:-} "${words[@]}" ${IMAGE_OPTIONS:-} -f "$file" -t "$name" . || fail "$file could not be built."
}
