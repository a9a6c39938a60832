/*
 * JSON, written front to back into a text buffer. A comma is put before each value but the
 * first of its array or object; nesting is the caller's.
 *
 *     rt_json_open(b, NULL, "{");
 *     rt_json_string(b, "name", name);     // key NULL: an element of an array
 *     rt_json_open(b, "list", "[");
 *     rt_json_number(b, NULL, 1);
 *     rt_json_close(b, "]");
 *     rt_json_close(b, "}");
 *
 * Strings may hold any bytes: what is no UTF-8 becomes U+FFFD.
 */
#ifndef REPRISE_RUNTIME_JSON_H
#define REPRISE_RUNTIME_JSON_H

#include "format.h"

void rt_json_open(struct rt_text *b, const char *key, const char *bracket);
void rt_json_close(struct rt_text *b, const char *bracket);
void rt_json_string(struct rt_text *b, const char *key, const char *s);
void rt_json_number(struct rt_text *b, const char *key, long n);
void rt_json_true(struct rt_text *b, const char *key);
/* "0x1f": readers lose bits of numbers beyond 2^53. */
void rt_json_address(struct rt_text *b, const char *key, uintptr_t addr);
void rt_json_bytes(struct rt_text *b, const char *key, const unsigned char *bytes, size_t n);

#endif
