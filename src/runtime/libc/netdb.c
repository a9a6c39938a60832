/*
 * The databases of users, groups, hosts, networks and protocols.
 *
 * libc keeps caches behind them, under locks that we don't see, so what happens inside is hidden
 * (getaddrinfo() in one thread frees what it allocated in another). The functions that return a
 * pointer to static memory write that, and whoever reads it races with the next call. The ones
 * with a buffer of the caller (..._r) write to it what they return, no more.
 */
#include "rows.h"
#include <arpa/inet.h>
#include <bits/types/FILE.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <pwd.h>
#include <resolv.h>
#include <utmp.h>
#include <utmpx.h>

/* A row stays a row. */
/* clang-format off */

/* ---- records in a buffer: the struct, and each string and list it points to ---- */

static void out_list(struct rt_thread *t, rt_pc pc, char **list, size_t bytes)
{
    size_t n = 0;
    if (!list)
        return;
    for (; list[n]; n++)
        OUT(list[n], bytes ? (ssize_t)bytes : rt_string_bytes(list[n]))
    OUT(list, (n + 1) * sizeof *list)
}

static void out_passwd(struct rt_thread *t, rt_pc pc, struct passwd *p)
{
    PUT(p)
    OUT_S(p->pw_name)
    OUT_S(p->pw_passwd)
    OUT_S(p->pw_gecos)
    OUT_S(p->pw_dir)
    OUT_S(p->pw_shell)
}

static void out_group(struct rt_thread *t, rt_pc pc, struct group *g)
{
    PUT(g)
    OUT_S(g->gr_name)
    OUT_S(g->gr_passwd)
    out_list(t, pc, g->gr_mem, 0);
}

static void out_hostent(struct rt_thread *t, rt_pc pc, struct hostent *h)
{
    PUT(h)
    OUT_S(h->h_name)
    out_list(t, pc, h->h_aliases, 0);
    out_list(t, pc, h->h_addr_list, (size_t)h->h_length);
}

static void out_servent(struct rt_thread *t, rt_pc pc, struct servent *s)
{
    PUT(s)
    OUT_S(s->s_name)
    OUT_S(s->s_proto)
    out_list(t, pc, s->s_aliases, 0);
}

static void out_protoent(struct rt_thread *t, rt_pc pc, struct protoent *p)
{
    PUT(p)
    OUT_S(p->p_name)
    out_list(t, pc, p->p_aliases, 0);
}

#define FOUND(type)                                                                                \
    PUT(result) if (*result)                                                                       \
    {                                                                                              \
        out_##type(t, pc, *result);                                                                \
    }
/* name(KEY, struct, buffer, its size, result) */
#define RECORD_R(type, name, key_params, key_args, before)                                         \
    ROW(int, name,                                                                                 \
        (UNPAREN key_params struct type * record, char *buf, size_t n, struct type **result),      \
        (UNPAREN key_args record, buf, n, result), HIDDEN, before, r == 0, FOUND(type))
/* the same with a place for h_errno */
#define HOST_R(name, key_params, key_args, before)                                                 \
    ROW(int, name,                                                                                 \
        (UNPAREN key_params struct hostent * record, char *buf, size_t n, struct hostent **result, \
         int *error),                                                                              \
        (UNPAREN key_args record, buf, n, result, error), HIDDEN, before, true,                    \
        PUT(error) WHEN(r == 0, FOUND(hostent)))
#define UNPAREN(...) __VA_ARGS__

/* ---- users and groups ---- */

RECORD_R(passwd, getpwnam_r, (const char *name, ), (name, ), IN_S(name))
RECORD_R(passwd, getpwuid_r, (uid_t uid, ), (uid, ), )
RECORD_R(passwd, getpwent_r, (), (), )
RECORD_R(passwd, fgetpwent_r, (FILE *f, ), (f, ), )
RECORD_R(group, getgrnam_r, (const char *name, ), (name, ), IN_S(name))
RECORD_R(group, getgrgid_r, (gid_t gid, ), (gid, ), )
RECORD_R(group, getgrent_r, (), (), )
RECORD_R(group, fgetgrent_r, (FILE *f, ), (f, ), )

#define LOOKUP(type, name) ROW(type *, name, (const char *s), (s), HIDDEN, IN_S(s), true, STATIC(r))
#define NEXT(type, name)   ROW(type *, name, (void), (), HIDDEN, , true, STATIC(r))
#define CONTROL(name)      VOID_ROW(name, (void), (), HIDDEN, , )

LOOKUP(struct passwd, getpwnam)
ROW(struct passwd *, getpwuid, (uid_t uid), (uid), HIDDEN, , true, STATIC(r))
NEXT(struct passwd, getpwent)
CONTROL(setpwent)
CONTROL(endpwent)
LOOKUP(struct group, getgrnam)
ROW(struct group *, getgrgid, (gid_t gid), (gid), HIDDEN, , true, STATIC(r))
NEXT(struct group, getgrent)
CONTROL(setgrent)
CONTROL(endgrent)
ROW(struct passwd *, fgetpwent, (FILE *f), (f), HIDDEN, , true, STATIC(r))
ROW(struct group *, fgetgrent, (FILE *f), (f), HIDDEN, , true, STATIC(r))
ROW(int, getgrouplist, (const char *user, gid_t gid, gid_t *list, int *n), (user, gid, list, n),
    HIDDEN, IN_S(user) GET(n) LET(int, room, *n), true,
    PUT(n) OUT(list, (size_t)(*n < room ? *n : room) * sizeof *list))
ROW(int, initgroups, (const char *user, gid_t gid), (user, gid), HIDDEN, IN_S(user), false, )
ROW(int, getgroups, (int n, gid_t *list), (n, list), NOW, , r > 0 && n > 0,
    OUT(list, (size_t)r * sizeof *list))
ROW(char *, getpass, (const char *prompt), (prompt), HIDDEN, IN_S(prompt), false, )
ROW(char *, getusershell, (void), (), HIDDEN, , true, STATIC_S(r))
NEXT(struct utmpx, getutxent)
NEXT(struct utmp, getutent)
ROW(struct utmp *, getutid, (const struct utmp *u), (u), HIDDEN, GET(u), true, STATIC(r))
ROW(struct utmp *, getutline, (const struct utmp *u), (u), HIDDEN, GET(u), true, STATIC(r))
ROW(struct utmpx *, getutxid, (const struct utmpx *u), (u), HIDDEN, GET(u), true, STATIC(r))
ROW(struct utmpx *, getutxline, (const struct utmpx *u), (u), HIDDEN, GET(u), true, STATIC(r))
ROW(struct utmpx *, pututxline, (const struct utmpx *u), (u), HIDDEN, GET(u), false, )

/* ---- hosts, services, protocols, networks ---- */

HOST_R(gethostbyname_r, (const char *name, ), (name, ), IN_S(name))
HOST_R(gethostbyname2_r, (const char *name, int family, ), (name, family, ), IN_S(name))
HOST_R(gethostbyaddr_r, (const void *addr, socklen_t length, int family, ),
       (addr, length, family, ), IN(addr, length))
HOST_R(gethostent_r, (), (), )
LOOKUP(struct hostent, gethostbyname)
ROW(struct hostent *, gethostbyname2, (const char *name, int family), (name, family), HIDDEN,
    IN_S(name), true, STATIC(r))
ROW(struct hostent *, gethostbyaddr, (const void *addr, socklen_t length, int family),
    (addr, length, family), HIDDEN, IN(addr, length), true, STATIC(r))
NEXT(struct hostent, gethostent)
CONTROL(endhostent)
VOID_ROW(sethostent, (int keep), (keep), HIDDEN, , )

RECORD_R(servent, getservbyname_r, (const char *name, const char *proto, ), (name, proto, ),
         IN_S(name) IN_S(proto))
RECORD_R(servent, getservbyport_r, (int port, const char *proto, ), (port, proto, ), IN_S(proto))
ROW(struct servent *, getservbyname, (const char *name, const char *proto), (name, proto), HIDDEN,
    IN_S(name) IN_S(proto), true, STATIC(r))
ROW(struct servent *, getservbyport, (int port, const char *proto), (port, proto), HIDDEN,
    IN_S(proto), true, STATIC(r))

RECORD_R(protoent, getprotobyname_r, (const char *name, ), (name, ), IN_S(name))
RECORD_R(protoent, getprotobynumber_r, (int number, ), (number, ), )
RECORD_R(protoent, getprotoent_r, (), (), )
LOOKUP(struct protoent, getprotobyname)
ROW(struct protoent *, getprotobynumber, (int number), (number), HIDDEN, , true, STATIC(r))
NEXT(struct protoent, getprotoent)

LOOKUP(struct netent, getnetbyname)
ROW(struct netent *, getnetbyaddr, (uint32_t net, int family), (net, family), HIDDEN, , true,
    STATIC(r))
NEXT(struct netent, getnetent)

/* The result comes from malloc and is filled unseen. */
ROW(int, getaddrinfo,
    (const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result),
    (node, service, hints, result), HIDDEN, IN_S(node) IN_S(service) GET(hints), r == 0,
    PUT(result))
ROW(int, getnameinfo,
    (const struct sockaddr *addr, socklen_t length, char *host, socklen_t host_n, char *service,
     socklen_t service_n, int flags),
    (addr, length, host, host_n, service, service_n, flags), HIDDEN, IN(addr, length), r == 0,
    WHEN(host_n, OUT_S(host)) WHEN(service_n, OUT_S(service)))
ROW(int, getifaddrs, (struct ifaddrs **list), (list), HIDDEN, , r == 0, PUT(list))
ROW(unsigned, if_nametoindex, (const char *name), (name), NOW, IN_S(name), false, )
ROW(char *, if_indextoname, (unsigned index, char name[IF_NAMESIZE]), (index, name), NOW, , r,
    OUT_S(r))

/* ---- addresses as text ---- */

ROW(int, inet_aton, (const char *s, struct in_addr *addr), (s, addr), NOW, IN_S(s), r != 0,
    PUT(addr))
ROW(const char *, inet_ntop, (int family, const void *addr, char *buf, socklen_t n),
    (family, addr, buf, n), NOW,
    IN(addr, family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr)), r, OUT_S(r))
ROW(int, inet_pton, (int family, const char *s, void *addr), (family, s, addr), NOW, IN_S(s),
    r == 1, OUT(addr, family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr)))

ROW(struct ether_addr *, ether_aton, (const char *s), (s), NOW, IN_S(s), true, STATIC(r))
ROW(struct ether_addr *, ether_aton_r, (const char *s, struct ether_addr *addr), (s, addr), NOW,
    IN_S(s), r, PUT(r))
ROW(char *, ether_ntoa, (const struct ether_addr *addr), (addr), NOW, GET(addr), true, STATIC_S(r))
ROW(char *, ether_ntoa_r, (const struct ether_addr *addr, char *buf), (addr, buf), NOW, GET(addr),
    r, OUT_S(r))
ROW(int, ether_hostton, (const char *name, struct ether_addr *addr), (name, addr), HIDDEN,
    IN_S(name), r == 0, PUT(addr))
ROW(int, ether_ntohost, (char *name, const struct ether_addr *addr), (name, addr), HIDDEN,
    GET(addr), r == 0, OUT_S(name))
ROW(int, ether_line, (const char *line, struct ether_addr *addr, char *name), (line, addr, name),
    NOW, IN_S(line), r == 0, PUT(addr) OUT_S(name))

/* ---- names as the resolver packs them ---- */

ROW(int, dn_expand,
    (const unsigned char *msg, const unsigned char *end, const unsigned char *from, char *to,
     int n),
    (msg, end, from, to, n), NOW, , r >= 0, IN(from, r) OUT_S(to))
ROW(int, dn_comp,
    (const char *from, unsigned char *to, int n, unsigned char **names, unsigned char **last),
    (from, to, n, names, last), NOW, IN_S(from), r >= 0, OUT(to, r))
ROW(int, b64_ntop, (const unsigned char *from, size_t n, char *to, size_t room),
    (from, n, to, room), NOW, IN(from, n), r >= 0, OUT(to, r + 1))
ROW(int, b64_pton, (const char *from, unsigned char *to, size_t room), (from, to, room), NOW,
    IN_S(from), r >= 0, OUT(to, r))
