/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is set through a queue's descriptor. It needs no right beyond having the descriptor, and it
 * reaches the interface wherever that is. Linux drivers/net/tun.c __tun_chr_ioctl().
 */
#include "linux_link.h"

#include <errno.h>
#include <linux/ioctl.h>

#include "core/fail.h"
#include "linux_sys.h"

/* The code and sentence of an ioctl that the attached descriptor refused. */
static int fdconf_fail(struct vnic *q, int error, const char *operation, const char *what,
                       struct vnic_error *err)
{
    struct ifreq ifr;

    /* The interface may have gone between finding the descriptor and using it. */
    if (error == EBADFD) {
        int code = vnic__linux_attached_fd(q, &ifr, err);
        return code < 0 ? code : vnic__linux_fail(err, error, operation, what);
    }
    return vnic__linux_fail(err, error, operation, what);
}

/* A call whose argument is a number: TUNSETPERSIST, TUNSETOWNER, TUNSETGROUP take it by value. */
static int fdconf_value(struct vnic *q, unsigned long request, uint32_t value,
                        const char *operation, const char *what, struct vnic_error *err)
{
    struct ifreq ifr;
    int fd = vnic__linux_attached_fd(q, &ifr, err);

    if (fd < 0)
        return fd;
    if (vnic__sys_ioctl_int(fd, request, value) == 0)
        return 0;
    return fdconf_fail(q, errno, operation, what, err);
}

int vnic__linux_set_carrier(struct vnic *q, uint32_t on, struct vnic_error *err)
{
    struct ifreq ifr;
    int carrier = on != 0;
    int fd = vnic__linux_attached_fd(q, &ifr, err);

    if (fd < 0)
        return fd;
    if (vnic__sys_ioctl_ptr(fd, TUNSETCARRIER, &carrier) == 0)
        return 0;
    if (errno == EINVAL || errno == ENOTTY) {
        (void)vnic__fail(err, VNIC_ENOTSUP, "TUNSETCARRIER", "",
                         "this kernel cannot set the carrier of a TUN or TAP: it needs Linux 5.0");
        vnic__fail_os(err, VNIC_OS_ERRNO, EINVAL);
        return VNIC_ENOTSUP;
    }
    return fdconf_fail(q, errno, "TUNSETCARRIER", "cannot set the carrier", err);
}

int vnic__linux_set_persist(struct vnic *q, uint32_t on, struct vnic_error *err)
{
    return fdconf_value(q, TUNSETPERSIST, on != 0, "TUNSETPERSIST",
                        on ? "cannot make the interface stay" : "cannot make the interface go",
                        err);
}

/* An id that this user namespace does not map is EINVAL: make_kuid(), include/linux/uidgid.h. */
static int set_id(struct vnic *q, unsigned long request, uint32_t id, const char *operation,
                  const char *field, struct vnic_error *err)
{
    struct vnic_error inner;
    int code = fdconf_value(q, request, id, operation, "cannot set who may attach", &inner);

    if (code >= 0)
        return code;
    if (inner.os_domain == VNIC_OS_ERRNO && inner.os_code == EINVAL) {
        (void)vnic__fail(err, VNIC_EINVAL, operation, field,
                         "id %u does not exist in this user namespace: map it, or choose one that "
                         "/proc/self/%s_map has",
                         (unsigned)id, request == TUNSETOWNER ? "uid" : "gid");
        vnic__fail_os(err, VNIC_OS_ERRNO, EINVAL);
        return VNIC_EINVAL;
    }
    if (err)
        *err = inner;
    return code;
}

int vnic__linux_set_owner(struct vnic *q, uint32_t uid, struct vnic_error *err)
{
    return set_id(q, TUNSETOWNER, uid, "TUNSETOWNER", "owner_uid", err);
}

int vnic__linux_set_group(struct vnic *q, uint32_t gid, struct vnic_error *err)
{
    return set_id(q, TUNSETGROUP, gid, "TUNSETGROUP", "group_gid", err);
}
