/* The sidecar: findings as JSON lines, written by the runtime, read by the command.
 *
 * It is the source of truth; text, SARIF and whatever comes are derived from it. One object a
 * line, each line appended with one write() to a file opened with O_APPEND, so that several
 * processes may share a file and a killed one leaves whole lines. A line stands alone: it
 * carries the modules its frames refer to. Readers skip keys and kinds they do not know, and a
 * last line without its newline.
 *
 * Keys of every line
 *   v         1, the version of this form
 *   kind      "start", "finding" or "end"
 *   pid       process id
 *
 * kind "start", once a process:      exe (path), args (array of strings), build_id of exe,
 *                                    runtime (its version), language: "go"; left out: C and its
 *                                    like
 * kind "end", when it exits orderly, or by a signal that the runtime sees:
 *   findings    count
 *   status      exit status, or 128 + signal
 *   signal      number, when that ended it
 *   seed, strategy   of a run with a seed; strategy with its parameters
 *   schedule_hash    "0x..." of all schedule points: equal runs have equal ones
 *   steps       schedule points passed
 *   switches    times that another thread went on
 *   diverged    where the run left the trail or the schedule it was given: {step, thread, op},
 *               left out when it did not
 *   schedule    with record=1: the schedule string
 *   trail       with record=1: "N:hex": one byte of the rolling hash after every Nth point, at
 *               most 4096 of them; expect= takes the same text
 *   inexact     with a controlled strategy: what came from outside at a time of its own, array of
 *               "external" (a system call that waited), "signal", "foreign-thread"; left out when
 *               nothing did
 *   memory_limit  {compact, oldest, all}: how often each step was taken against too much memory;
 *               left out when none was
 *
 * kind "finding"; a key that does not apply is left out
 *   n           1, 2, ...: number of the finding in its process
 *   type        stable name in lower case with dashes: "data-race", "lock-order", ...
 *   title       as in the text report: "data race"
 *   signature   what makes two reports the same finding; its version comes first: "1-9f3c..."
 *   language    as in "start"
 *   test        the test that was running: that of the thread whose access completed the race, or
 *               of the first that waits; only where the runtime knows of tests (Go)
 *   seed, strategy   what brings the execution back
 *   step        schedule points passed until then
 *   waits       deadlock, goroutine leak: array of {thread, op, object, holder: thread or left out,
 *               reason: in words of the language's own runtime ("chan receive"), where it has any};
 *               stacks[i] is where waits[i] waits
 *   accesses    array; [0] is the access that completed the race
 *                 op        "read" or "write"
 *                 atomic    true; left out when plain
 *                 free      true for free() and the like, which are writes
 *                 size      bytes
 *                 address   of the first byte
 *                 thread    id of a thread
 *                 mutexes   array of {mutex: id, mode: "write" or "read"} held
 *                 stack
 *   stacks      array of stacks, for findings that are not about accesses
 *   edges       lock order: array of {from, to: ids of mutexes, thread, stack, held_stack}
 *   locations   array
 *                 kind      "global", "heap", "stack", "tls" or "fd"
 *                 address, size
 *                 name, module, offset   of a global; module as in a frame
 *                 thread    who allocated, or whose stack it is; left out: not known
 *                 fd, closed
 *                 stack     of the allocation, or of the open
 *   threads     array of {id, tid, name, state: "running" or "finished", parent: id, stack, test,
 *               main: true or left out}; stack is where it was created. 0 is the main thread,
 *               unless another says that it is. Goroutines have no tid; Go's own reports number
 *               them alike
 *   mutexes     array of {id, address, stack, destroyed: true or left out}
 *   sleep       stack of the sleep that alone seemed to order the accesses
 *   count       of equal threads that leaked
 *   signal      number, of the handler a finding is about
 *   modules     array of {path, build_id}
 *   symbols     what was known when the report was written: array of {module, offset, rows}, one
 *               for each frame; rows: array of {function, file, line, column}, innermost inlined
 *               function first. Of Go it is always all
 *   degraded    in what the run was not exact until then, left out when in nothing; array of
 *               "folded-stacks" (repeated calls of deep recursion are missing), "history"
 *               (accesses were forgotten to save memory), "threads" (very many: some of the dead
 *               were), "fork" (in the child of a process with threads)
 *
 * A stack is an array of frames, innermost first. A frame is [module, offset]: module counts in
 * `modules` from 0, offset is a virtual address in that ELF file that lies inside the
 * instruction (a return address is already moved back by one). In no module: [-1, address].
 * Addresses and offsets are strings "0x1f", because JSON readers lose bits beyond 2^53.
 */
#ifndef REPRISE_WIRE_SIDECAR_H
#define REPRISE_WIRE_SIDECAR_H

#define WIRE_SIDECAR_VERSION 1

#define WIRE_KIND_START   "start"
#define WIRE_KIND_FINDING "finding"
#define WIRE_KIND_END     "end"

/* Stands in the read-only data of every Go program that has our runtime in it, also when it was
 * stripped. */
#define WIRE_GO_MARKER "reprise-go-runtime-1"

/* Environment between `reprise run` and the runtime. */
#define WIRE_ENV_OPTIONS "REPRISE_OPTIONS"
#define WIRE_ENV_SYMBOLIZER                                                                        \
    "REPRISE_SYMBOLIZER" /* path of the command; run as `PATH symbolize`                           \
                          */

#endif
