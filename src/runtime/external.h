/*
 * Types of external objects: a tag is a small number that stands for the name of a type and for
 * the headline of reports about it. Tag 0 is "none", tag 1 is Swift's variables, the others are
 * registered by libraries and last for ever. Any thread.
 */
#ifndef REPRISE_RUNTIME_EXTERNAL_H
#define REPRISE_RUNTIME_EXTERNAL_H

#include "rt.h"

enum { RT_TAG_SWIFT = 1, RT_TAG_FIRST = 2, RT_TAGS_MAX = 1024 };

/* Copies the name. Returns the tag; 0, after one line about it, when all are taken. */
unsigned rt_tag_register(const char *object_type);
/* Copies the text; tags that weren't registered are ignored. */
void rt_tag_set_header(unsigned tag, const char *header);

/* rt_tag_object and rt_tag_header, for reports, are in finding.h. */

#endif
