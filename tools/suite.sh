#!/bin/bash
# suite.sh BUILD SCRIPT [ARGUMENT...] - run LLVM's tests of its race detector on our runtime.
# SCRIPT fetches and runs them and takes its settings from the environment; `make suite
# SUITE=SCRIPT SUITE_ARGS='...'` calls this. SUITE_CC chooses the compiler.
set -euo pipefail
build=$(cd "${1:?build directory}" && pwd)
script=${2:-}
[ -n "$script" ] || { echo "suite: say where the script is: make suite SUITE=path/to/run_suite.sh" >&2; exit 2; }
[ -x "$script" ] || { echo "suite: $script cannot be run" >&2; exit 2; }
shift 2
export SUITE_CC=${SUITE_CC:-clang-19}
case $SUITE_CC in
*gcc*) # gcc's specs link libtsan: ours stands in for it at run time
    export SUITE_LDPATH=$build/gcc ;;
*)
    export RT_LDFLAGS="-Wl,--whole-archive $build/libreprise.a -Wl,--no-whole-archive -Wl,--dynamic-list=$build/libreprise.syms -ldl -lpthread -lm" ;;
esac
export RT_ENV="${RT_ENV:+$RT_ENV }REPRISE_SYMBOLIZER=$build/reprise"
exec "$script" "$@"
