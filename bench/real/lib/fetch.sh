# Fetch and unpack Debian source packages, as any user, without touching the system's apt.
#
# The addresses come from the machine's own apt sources: the same entries with deb-src in place of
# deb, in an apt state of our own under $cache/apt. When the installed release's archive no longer
# holds a file, the release named by REPRISE_BENCH_NEXT is asked.

REPRISE_BENCH_NEXT=${REPRISE_BENCH_NEXT:-trixie}

# debian_sources [RELEASE]: the machine's Debian entries as deb-src; RELEASE replaces the suites.
debian_sources() {
    local f=/etc/apt/sources.list.d/debian.sources release=${1:-}
    [ -e "$f" ] || { echo "bench: $f is not there: cannot tell where Debian's sources are" >&2; return 1; }
    if [ -z "$release" ]; then
        sed 's/^Types:.*/Types: deb-src/' "$f"
    else
        # One suite, and only from the main archive: the security archive names them otherwise.
        awk 'BEGIN { RS = ""; ORS = "\n\n" } !/\nSuites:[^\n]*-security/ ' "$f" |
            sed "s/^Types:.*/Types: deb-src/; s/^Suites:.*/Suites: $release/"
    fi
}

# apt_state DIR [RELEASE]: prepare an apt state of our own in DIR, with fresh lists.
apt_state() {
    local dir=$1 release=${2:-}
    [ -e "$dir/ready" ] && return 0
    mkdir -p "$dir/parts" "$dir/lists/partial" "$dir/cache/archives/partial" || return 1
    debian_sources "$release" >"$dir/parts/src.sources" || return 1
    cat >"$dir/apt.conf" <<EOF
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$dir/parts";
Dir::State::Lists "$dir/lists";
Dir::Cache "$dir/cache";
APT::Sandbox::User "";
EOF
    APT_CONFIG=$dir/apt.conf apt-get update >"$dir/update.log" 2>&1 &&
        ! grep -q '^[EW]: Failed' "$dir/update.log" && : >"$dir/ready"
}

# download PACKAGE DIR: the source package's files into DIR.
download() { download_as "$1" "$2" || download_as "$1" "$2" --tar-only || {
    echo "bench: cannot fetch the source package $1; see $cache/fetch.$1.log" >&2
    return 1; }
}

# download_as PACKAGE DIR [--tar-only]: an archive may have lost Debian's patches and kept the tar.
download_as() {
    local release dir state
    for release in "" "$REPRISE_BENCH_NEXT"; do
        state=$cache/apt/${release:-own}
        apt_state "$state" "$release" || continue
        dir=$2.part
        rm -rf "$dir" && mkdir -p "$dir" || return 1
        if (cd "$dir" && APT_CONFIG=$state/apt.conf apt-get source --download-only ${3-} "$1") \
            >"$cache/fetch.$1.log" 2>&1; then
            rm -rf "$2" && mv "$dir" "$2" && return 0
        fi
    done
    rm -rf "$2.part"
    return 1
}

# unpack DIR TO: as dpkg-source does, or only upstream's tar where nothing else is there.
unpack() {
    if ls "$1"/*.dsc >/dev/null 2>&1; then
        dpkg-source --no-check -x "$1"/*.dsc "$2"
    else
        mkdir -p "$2" && tar -C "$2" --strip-components=1 -xf "$1"/*.orig.tar.*
    fi
}

# fetch PACKAGE: leaves the unpacked sources, with Debian's patches if they can be had, in $cache/src/PACKAGE.
fetch() {
    local pkg=$1 to=$cache/src/$1
    [ -d "$to" ] && return 0
    mkdir -p "$cache/src" "$cache/dsc"
    [ -d "$cache/dsc/$pkg" ] || download "$pkg" "$cache/dsc/$pkg" || return 1
    rm -rf "$to.part"
    unpack "$cache/dsc/$pkg" "$to.part" >>"$cache/fetch.$pkg.log" 2>&1 || {
        echo "bench: cannot unpack $pkg; see $cache/fetch.$pkg.log" >&2
        return 1
    }
    # Patches leave generated files older than their sources; make would call autoconf for that.
    find "$to.part" -exec touch -h -d '2020-01-01' {} + && mv "$to.part" "$to"
}
