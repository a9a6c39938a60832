/*
 * The sidecar: findings as JSON lines, in the form of wire/sidecar.h. Nothing here happens
 * unless the option names a file; a file that can't be written costs one line of complaint.
 */
#ifndef REPRISE_RUNTIME_REPORT_JSON_H
#define REPRISE_RUNTIME_REPORT_JSON_H

#include "finding.h"

/* Writes the first line, "start". From init, when the modules are known. */
void rt_sidecar_init(void);
/* Appends a finding; number counts from 1. Under the report lock. */
void rt_sidecar_finding(const struct rt_finding *f, unsigned number);
/* The last line, "end", with the exit status, or the signal that ends the process; once. */
void rt_sidecar_end(int status);
void rt_sidecar_end_by(int signal);

#endif
