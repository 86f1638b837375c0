/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The error model: few codes with one meaning on every system, and a structure that tells a person
 * what happened and what to do.
 *
 * Calls return a value >= 0 on success and one of these negative codes on failure. Cold calls (open,
 * configure, query) take an optional last `struct vnic_error *`, filled on failure only. Hot calls
 * (packets, waiting) return codes only.
 */
#ifndef VNIC_ERROR_H
#define VNIC_ERROR_H

#include <stdint.h>

#include "vnic/export.h"

VNIC_BEGIN_DECLS

/**
 * Every code: X(name, number, what it means, what to do about it). The enumeration, the names, the
 * texts and the table of the documentation all come from this list. Numbers never change.
 */
#define VNIC_ERROR_MAP(X)                                                                          \
    X(VNIC_EINVAL, -1, "invalid argument", "correct the argument that the error names")            \
    X(VNIC_ENOMEM, -2, "out of memory", "free memory and try again")                               \
    X(VNIC_ENOTSUP, -3, "not supported here",                                                      \
      "leave the option or call out on this system, or choose another backend")                    \
    X(VNIC_EPERM, -4, "permission denied", "run with the right that the error names")              \
    X(VNIC_ENODRIVER, -5, "no driver for virtual interfaces",                                      \
      "load or install the driver that the error names")                                           \
    X(VNIC_ENODEV, -6, "no such interface", "check the name, or create the interface")             \
    X(VNIC_EEXIST, -7, "exists already", "choose another name or address, or reuse what is there") \
    X(VNIC_EBUSY, -8, "in use", "end the other user, or open the interface with several queues")   \
    X(VNIC_EAGAIN, -9, "nothing can be done right now",                                            \
      "wait for the wait handle, then try again")                                                  \
    X(VNIC_ETIMEDOUT, -10, "timed out", "try again, or give it more time")                         \
    X(VNIC_EINTERRUPTED, -11, "interrupted",                                                       \
      "do what the interruption was for, clear it, and go on")                                     \
    X(VNIC_ECLOSED, -12, "shut down or removed", "close the handle; nothing else is useful now")   \
    X(VNIC_EMSGSIZE, -13, "packet and buffer do not fit",                                          \
      "use a buffer of vnic_recv_size() bytes, "                                                   \
      "or a shorter packet")                                                                       \
    X(VNIC_EDOWN, -14, "interface is down", "bring it up with vnic_set_up()")                      \
    X(VNIC_ENOBUFS, -15, "no buffers left", "release buffers that are held, then try again")       \
    X(VNIC_EADDR, -16, "bad address or prefix", "correct the address that the error quotes")       \
    X(VNIC_EVERSION, -17, "version mismatch", "use matching versions of header, library, driver")  \
    X(VNIC_EOS, -18, "the operating system refused", "see the operating system's code")            \
    X(VNIC_EDETACHED, -19, "queue is detached", "attach it again with vnic_attach_queue()")        \
    X(VNIC_ENAME, -20, "bad interface name", "use 1 to 15 characters without / : or spaces")       \
    X(VNIC_EMFILE, -21, "out of descriptors", "close descriptors or raise the limit")              \
    X(VNIC_ELIMIT, -22, "limit of the system reached", "use fewer queues or interfaces")           \
    X(VNIC_ENETNS, -23, "no such network namespace", "check the path or create the namespace")     \
    X(VNIC_EBADFD, -24, "descriptor is not a virtual interface",                                   \
      "give a descriptor of a TUN or TAP interface")                                               \
    X(VNIC_EKIND, -25, "interface is of another kind",                                             \
      "choose another name, or ask for the kind and flags that the interface has")

/** The codes as constants. Functions return them as int. */
enum vnic_error_code {
    VNIC_OK = 0,
#define VNIC_ERROR_ENUM(name, number, text, advice) name = (number),
    VNIC_ERROR_MAP(VNIC_ERROR_ENUM)
#undef VNIC_ERROR_ENUM
};

/** Whose number vnic_error.os_code is. */
#define VNIC_OS_NONE 0u    /**< there is none */
#define VNIC_OS_ERRNO 1u   /**< errno of a Unix system */
#define VNIC_OS_NETLINK 2u /**< errno that a Linux netlink reply carried */
#define VNIC_OS_WIN32 3u   /**< GetLastError() */

/**
 * What went wrong, in detail. The caller owns the memory; a function fills it only when it fails,
 * and its texts are always terminated.
 */
struct vnic_error {
    int32_t code;       /**< VNIC_E…, the same that the call returned */
    int32_t os_code;    /**< the system's number, in the domain below; 0 if there is none */
    uint32_t os_domain; /**< VNIC_OS_… */
    uint32_t reserved;  /**< 0 */
    char operation[32]; /**< what was being done: "TUNSETIFF", "RTM_NEWADDR", "open" */
    char field[32];     /**< the member of the configuration or argument at fault; "" if none */
    char text[432];     /**< a sentence for a person: what failed, why, what to do */
};

/**
 * The name of a code.
 *
 * @param code       [in]   VNIC_E… or VNIC_OK
 * @return           "VNIC_EINVAL", …; "VNIC_UNKNOWN" for a number that is no code; static
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API const char *vnic_error_name(int code);

/**
 * What a code means, in a few words.
 *
 * @param code       [in]   VNIC_E… or VNIC_OK
 * @return           a lower-case phrase without a full stop; static
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API const char *vnic_error_text(int code);

/**
 * What a caller can do about a code, in a few words.
 *
 * @param code       [in]   VNIC_E… or VNIC_OK
 * @return           a lower-case phrase without a full stop; "" for VNIC_OK; static
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API const char *vnic_error_advice(int code);

VNIC_END_DECLS

#endif
