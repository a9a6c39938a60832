#!/bin/bash
# setup.sh [build|all] - install what is missing to build Reprise (build) or to build it, run
# every test and check the format (all, the default). Says what it does; changes nothing when
# everything is there (one line, or none for build, which every make runs). Uses apt; elsewhere it lists what to install and fails.
set -euo pipefail
what=${1:-all}

# One row a package: what it is for, how to see that it is there, its name in Debian.
# A package of `all` that this release of the system does not offer is left out with a line:
# the tests that want it are skipped.
table='
build | cmd cc                         | gcc
build | cmd g++                        | g++
build | cmd make                       | make
build | cmd meson                      | meson
build | cmd ninja                      | ninja-build
build | cmd pkg-config                 | pkg-config
build | header gelf.h                  | libelf-dev
build | header elfutils/libdwfl.h      | libdw-dev
build | header jansson.h               | libjansson-dev
build | header sqlite3.h               | libsqlite3-dev
all   | cmd gcc-12                     | gcc-12
all   | cmd g++-12                     | g++-12
all   | cmd clang-19                   | clang-19
all   | clangrt 19                     | libclang-rt-19-dev
all   | cmd ld.lld-19                  | lld-19
all   | cmd llvm-symbolizer-19         | llvm-19
all   | cmd clang-14                   | clang-14
all   | clangrt 14                     | libclang-rt-14-dev
all   | cmd clang-format-19            | clang-format-19
all   | cmd gdb                        | gdb
all   | cmd python3                    | python3
all   | cmd sqlite3                    | sqlite3
'

present() { # present KIND ARGUMENT
    case $1 in
    cmd) command -v "$2" >/dev/null ;;
    header) compgen -G "/usr/include/$2" >/dev/null || compgen -G "/usr/include/*/$2" >/dev/null ;;
    clangrt) compgen -G "/usr/lib/llvm-$2/lib/clang/*/lib/linux/libclang_rt.tsan-*.a" >/dev/null ;;
    esac
}

trim() { local s="${1#"${1%%[![:space:]]*}"}"; printf '%s' "${s%"${s##*[![:space:]]}"}"; }

missing=() optional=()
while IFS='|' read -r tier test package; do
    [ -n "$tier" ] || continue
    tier=$(trim "$tier") package=$(trim "$package")
    [ "$what" = all ] || [ "$tier" = build ] || continue
    read -r kind argument <<<"$test"
    present "$kind" "$argument" && continue
    if [ "$tier" = build ]; then missing+=("$package"); else optional+=("$package"); fi
done <<<"$table"

if [ $((${#missing[@]} + ${#optional[@]})) = 0 ]; then
    [ "$what" = build ] || echo "setup: everything needed is installed"
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    echo "setup: this system has no apt; please install the counterparts of these Debian packages:" >&2
    echo "    ${missing[*]} ${optional[*]}" >&2
    # Without the optional ones everything builds and some tests are skipped.
    [ ${#missing[@]} = 0 ] && exit 0 || exit 1
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: not root and no sudo; please run as root:" >&2
        echo "    apt-get install ${missing[*]} ${optional[*]}" >&2
        [ ${#missing[@]} = 0 ] && exit 0 || exit 1
    fi
    as_root=(sudo)
fi

log=$(mktemp)
apt() { # apt ARGUMENT... - quiet unless it fails
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 </dev/null || {
        echo "setup: apt-get $* failed:" >&2
        tail -n 15 "$log" >&2
        return 1
    }
}

echo "setup: reading the package lists"
apt update || echo "setup: going on with the package lists of last time" >&2
offered=()
for package in "${optional[@]}"; do
    if apt-cache show "$package" >/dev/null 2>&1; then
        offered+=("$package")
    else
        echo "setup: this system offers no $package; what needs it will be skipped"
    fi
done
missing+=("${offered[@]}")
if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: installing ${missing[*]}"
    apt install -y --no-install-recommends "${missing[@]}"
fi
rm -f "$log"
echo "setup: done"
