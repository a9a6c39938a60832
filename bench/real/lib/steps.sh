# What a program's exercise() is made of. Runs inside the subshell of one program and one variant,
# in $OUT; every step adds one line to $OUT/steps.tsv.

# step LABEL COMMAND...: run it, with its time and memory counted. Its output goes to LABEL.out and
# LABEL.err, its input is $OUT/LABEL.in when there is one. Instrumented programs only.
step() {
    local label=$1 in=/dev/null
    shift
    [ -e "$label.in" ] && in=$label.in
    env "${variant_env[@]}" "$tools/measure" -o steps.tsv -l "$label" -t "$STEP_SECONDS" -- \
        ${variant_prefix[@]+"${variant_prefix[@]}"} "$@" <"$in" >"$label.out" 2>"$label.err"
}

# serve LABEL PORT COMMAND...: start a server in the background and wait until it listens.
serve() {
    local label=$1 port=$2
    shift 2
    env "${variant_env[@]}" "$tools/measure" -o steps.tsv -k serve -l "$label" -t "$STEP_SECONDS" -- \
        ${variant_prefix[@]+"${variant_prefix[@]}"} "$@" </dev/null >"$label.out" 2>"$label.err" &
    servers+=("$label=$!")
    "$tools/kvload" wait "$port" 60
}

# load LABEL COMMAND...: a native client that puts load on a server: its time counts, not its memory.
load() {
    local label=$1
    shift
    "$tools/measure" -o steps.tsv -k load -l "$label" -t "$STEP_SECONDS" -- \
        "$@" </dev/null >"$label.out" 2>"$label.err"
}

# stop LABEL: end a server in an orderly way and wait for it.
stop() {
    local entry keep=()
    for entry in ${servers[@]+"${servers[@]}"}; do
        if [ "${entry%%=*}" = "$1" ]; then
            kill -TERM "${entry#*=}" 2>/dev/null
            wait "${entry#*=}"
        else
            keep+=("$entry")
        fi
    done
    servers=(${keep[@]+"${keep[@]}"})
}

# However the subshell ends, no server outlives it: measure dies and the kernel kills its child.
kill_servers() {
    local entry
    for entry in ${servers[@]+"${servers[@]}"}; do kill -KILL "${entry#*=}" 2>/dev/null; done
    servers=()
}

free_port() { "$tools/kvload" port; }

# scaled N: N times $SCALE (1 unless bench/overhead was told otherwise), at least 1.
scaled() { awk -v n="$1" -v by="${SCALE:-1}" 'BEGIN { x = int(n * by); print x < 1 ? 1 : x }'; }

# sums FILE...: checksums without names, for facts().
sums() {
    local f
    for f in "$@"; do printf '%s %s\n' "$(basename "$f")" "$(sha256sum <"$f" | cut -d' ' -f1)"; done
}

# text_input BYTES / video_input FRAMES: path of a generated file, made once.
text_input() { made_input "text-$1" text "$1"; }
video_input() { made_input "video-$1.y4m" video "$1"; }
made_input() {
    local f=$cache/data/$1
    if [ ! -e "$f" ]; then
        mkdir -p "$cache/data"
        "$tools/mkdata" "$2" "$3" >"$f.part" && mv "$f.part" "$f" || return 1
    fi
    echo "$f"
}
