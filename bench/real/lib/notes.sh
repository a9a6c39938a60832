# The notes in reports.md: which reports somebody has read, and what they are.
#
# A line of the notes is "- PROGRAM: KIND: `FRAME / FRAME` true|false: why". The frames are shell
# patterns, in either order; the first line that fits decides.

# read_notes PROGRAM: fills note_patterns and note_verdicts.
read_notes() {
    local line form='^- ([^:]+): ([^`]+: `[^`]+`) (true|false)\b'
    note_patterns=() note_verdicts=()
    while IFS= read -r line; do
        [[ $line =~ $form ]] && [ "${BASH_REMATCH[1]}" = "$1" ] || continue
        note_patterns+=("${BASH_REMATCH[2]}")
        note_verdicts+=("${BASH_REMATCH[3]}")
    done <"$here/reports.md"
}

# judge KEY: true, false or unread.
judge() {
    local i swapped=$1 form='^(.*: )`([^`]+) / ([^`]+)`$'
    [[ $1 =~ $form ]] && swapped="${BASH_REMATCH[1]}\`${BASH_REMATCH[3]} / ${BASH_REMATCH[2]}\`"
    for i in ${note_patterns[@]+"${!note_patterns[@]}"}; do
        if [[ $1 == ${note_patterns[i]} || $swapped == ${note_patterns[i]} ]]; then
            echo "${note_verdicts[i]}"
            return
        fi
    done
    echo unread
}

# judge_digest PROGRAM DIGEST: rewrites the digest with the verdict in front of each line.
judge_digest() {
    local count key
    read_notes "$1"
    while IFS=$'\t' read -r count key; do
        printf '%s\t%s\t%s\n' "$(judge "$key")" "$count" "$key"
    done <"$2" >"$2.judged" && mv "$2.judged" "$2"
}
