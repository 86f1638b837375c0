/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtnetlink: building a request, sending it and receiving everything that answers it.
 */
#ifndef VNIC_OS_LINUX_LINUX_NETLINK_H
#define VNIC_OS_LINUX_LINUX_NETLINK_H

#include <stddef.h>
#include <stdint.h>

#include "linux_nlparse.h"

/* A socket, which stays in the network namespace where it was made, and its sequence number. */
struct linux_nl_socket {
    int fd;
    uint32_t *seq;
};

/* Room for the largest request: a header, an ifinfomsg and an alias of 255 bytes take less than half. */
#define VNIC__NL_REQUEST_MAX 1024u

struct linux_nl_request {
    uint32_t words[VNIC__NL_REQUEST_MAX / 4]; /* aligned as a message must be */
    size_t len;
};

/* How a request ended. */
struct linux_nl_result {
    int error; /* errno, positive; 0: success */
    uint32_t
        from_kernel; /* 1: error is the kernel's answer; 0: the request or answer did not get through */
    char text[192]; /* the kernel's own sentence, or "" */
};

/* Makes a socket in the current thread's namespace. Returns the descriptor or -1 with errno set. */
int vnic__nl_open(void);

/* Starts a request with its fixed header (ifinfomsg, ifaddrmsg). flags: beside NLM_F_REQUEST. */
void vnic__nl_begin(struct linux_nl_request *req, uint16_t type, uint16_t flags, const void *head,
                    size_t head_len);

/* Adds an attribute. The callers' data have limits, so that the room always suffices. */
void vnic__nl_put(struct linux_nl_request *req, uint16_t type, const void *data, size_t len);
void vnic__nl_put_u32(struct linux_nl_request *req, uint16_t type, uint32_t value);

/* Opens a nest and returns what vnic__nl_nest_end() wants back. */
size_t vnic__nl_nest(struct linux_nl_request *req, uint16_t type);
void vnic__nl_nest_end(struct linux_nl_request *req, size_t nest);

/*
 * Sends the request and receives until the kernel's verdict. Every other message goes to fn (which
 * may be NULL): 0 goes on, a positive errno ends the reading with it. A dump is a request with
 * NLM_F_DUMP; when the kernel says that it changed meanwhile the error is EINTR, and the caller asks
 * again. Returns 0 or ret->error; after one that is not from_kernel the socket is of no further use.
 */
int vnic__nl_call(const struct linux_nl_socket *nl, struct linux_nl_request *req,
                  int (*fn)(void *user, const struct linux_nl_msg *msg), void *user,
                  struct linux_nl_result *ret);

/* How often a dump that changed while it was read is asked for again. */
#define VNIC__NL_DUMP_TRIES 32

#endif
