/*
 * XDR, which left glibc for libtirpc: a filter reads its object when it encodes and writes it
 * when it decodes. Of the stream only the direction is looked at, its first member.
 */
#include "rows.h"

struct xdr {
    enum { ENCODE, DECODE, FREE } op;
};

#define FILTER(name, type)                                                                         \
    ROW(int, name, (struct xdr *x, type *p), (x, p), NOW, if (x->op == ENCODE) { GET(p) },         \
        r && x->op == DECODE, PUT(p))

FILTER(xdr_bool, int)
FILTER(xdr_enum, int)
FILTER(xdr_char, char)
FILTER(xdr_u_char, unsigned char)
FILTER(xdr_short, short)
FILTER(xdr_u_short, unsigned short)
FILTER(xdr_int, int)
FILTER(xdr_u_int, unsigned)
FILTER(xdr_long, long)
FILTER(xdr_u_long, unsigned long)
FILTER(xdr_hyper, int64_t)
FILTER(xdr_u_hyper, uint64_t)
FILTER(xdr_longlong_t, int64_t)
FILTER(xdr_u_longlong_t, uint64_t)
FILTER(xdr_int8_t, int8_t)
FILTER(xdr_uint8_t, uint8_t)
FILTER(xdr_int16_t, int16_t)
FILTER(xdr_uint16_t, uint16_t)
FILTER(xdr_int32_t, int32_t)
FILTER(xdr_uint32_t, uint32_t)
FILTER(xdr_int64_t, int64_t)
FILTER(xdr_uint64_t, uint64_t)
FILTER(xdr_quad_t, int64_t)
FILTER(xdr_u_quad_t, uint64_t)
FILTER(xdr_float, float)
FILTER(xdr_double, double)

ROW(int, xdr_bytes, (struct xdr *x, char **p, unsigned *n, unsigned max), (x, p, n, max), BLOCK,
    if (x->op == ENCODE) { GET(p) GET(n) IN(*p, *n) }, r && x->op == DECODE,
    PUT(p) PUT(n) OUT(*p, *n))
ROW(int, xdr_string, (struct xdr *x, char **p, unsigned max), (x, p, max), BLOCK,
    if (x->op == ENCODE) { GET(p) IN_S(*p) }, r && x->op == DECODE, PUT(p) OUT_S(*p))
