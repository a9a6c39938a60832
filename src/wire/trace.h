/* The trace: every schedule point of one run, for explanations. Written by the runtime with
 * trace=FILE, read by `reprise shrink` and `reprise explain`.
 *
 * Text, one line a record, fields separated by one tab, in the order of the run. The first field
 * says what the line is. Readers skip lines they do not know.
 *
 *   trace    1                                     version; first line
 *   language NAME                                  "go": threads are goroutines; left out: C and
 *                                                  its like. 0 is the main one in both
 *   module   NUMBER PATH BUILD_ID                  before its number is used; BUILD_ID may be "-"
 *   thread   ID PARENT STEP NUMBER                 created by PARENT at that step. NUMBER: what
 *                                                  reports call it; left out when that is ID
 *   point    STEP THREAD OP OBJECT MODULE OFFSET   THREAD is about to do OP (core/op.h: its name)
 *   caller   STEP DEPTH MODULE OFFSET              a frame further out of that place, DEPTH 1 being
 *                                                  the caller; optional, and so is each of them
 *   access   STEP THREAD OP OBJECT MODULE OFFSET   THREAD does OP, which is no point. STEP: of the
 *                                                  last point of any thread. Told of some accesses
 *                                                  to objects that points have named
 *   value    STEP VALUE THREAD INTO BYTES          what the last point or access of that thread in
 *                                                  that step read or wrote: BYTES bytes of its
 *                                                  object, from byte INTO on
 *   object   NUMBER KIND MODULE OFFSET INTO        what the object is; optional, anywhere. KIND:
 *                                                  "global" (MODULE OFFSET: its address), "heap"
 *                                                  (MODULE OFFSET: the code that allocated its
 *                                                  block), "stack", "thread", "fd" (MODULE is -1;
 *                                                  OFFSET: of which thread, or the number). INTO:
 *                                                  bytes from the start of the block, 0 else
 *   switch   STEP FROM TO WHY                      TO runs on; WHY: "preempt" (FROM could go on),
 *                                                  "wait", "end", "yield"
 *   wait     STEP THREAD OP OBJECT                 THREAD cannot go on
 *   choice   STEP THREAD COUNT CHOSEN              another free choice
 *   finding  STEP THREAD NUMBER TYPE               a finding was reported (its n in the sidecar)
 *   end      STEP STATUS
 *
 * STEP counts from 1. OBJECT and thread ids are small numbers, OBJECT 0 is none. MODULE is -1 when
 * the place lies in none; OFFSET and VALUE are hexadecimal with 0x. OFFSET is inside the
 * instruction, as in the sidecar.
 */
#ifndef REPRISE_WIRE_TRACE_H
#define REPRISE_WIRE_TRACE_H

#define WIRE_TRACE_VERSION 1

#endif
