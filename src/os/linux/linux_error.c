/* SPDX-License-Identifier: Apache-2.0 */
/* What a number of the system means, operation by operation, and the sentence that says what to do. */
#include <errno.h>
#include <stdio.h>

#include "linux_tun.h"

const char *vnic__linux_errno_name(int os_code)
{
    static const struct {
        int os_code;
        const char *name;
    } names[] = {
        {EPERM, "EPERM"},     {ENOENT, "ENOENT"},         {EIO, "EIO"},       {ENXIO, "ENXIO"},
        {EBADF, "EBADF"},     {EAGAIN, "EAGAIN"},         {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"},
        {EFAULT, "EFAULT"},   {EBUSY, "EBUSY"},           {EEXIST, "EEXIST"}, {ENODEV, "ENODEV"},
        {EINVAL, "EINVAL"},   {ENFILE, "ENFILE"},         {EMFILE, "EMFILE"}, {ENOTTY, "ENOTTY"},
        {ENOSPC, "ENOSPC"},   {EROFS, "EROFS"},           {E2BIG, "E2BIG"},   {ENOSYS, "ENOSYS"},
        {EBADFD, "EBADFD"},   {EOPNOTSUPP, "EOPNOTSUPP"}, {EINTR, "EINTR"},   {ENOTDIR, "ENOTDIR"},
        {ENOBUFS, "ENOBUFS"}, {EMSGSIZE, "EMSGSIZE"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].os_code == os_code) {
            return names[i].name;
        }
    }
    return "error";
}

int vnic__linux_code(int os_code)
{
    switch (os_code) {
    case ENOMEM:
    case ENOBUFS:
    case ENOSPC: /* epoll_ctl(2): the limit of watches, which is about memory */
        return VNIC_ENOMEM;
    case EMFILE:
    case ENFILE:
        return VNIC_EMFILE;
    case EPERM:
    case EACCES:
        return VNIC_EPERM;
    case EBADFD: /* Linux drivers/net/tun.c: the descriptor's interface is gone */
    case ENODEV:
        return VNIC_ECLOSED;
    default:
        return VNIC_EOS;
    }
}

int vnic__linux_fail(struct vnic_error *err, int os_code, const char *operation, const char *what)
{
    int code = vnic__linux_code(os_code);

    (void)vnic__fail(err, code, operation, NULL, "%s: %s (%s, errno %d): %s", what,
                     vnic_error_text(code), vnic__linux_errno_name(os_code), os_code,
                     vnic_error_advice(code));
    vnic__fail_os(err, VNIC_OS_ERRNO, os_code);
    return code;
}

int vnic__linux_promised(struct vnic_error *err, int rc, const int *codes)
{
    if (rc >= 0) {
        return rc;
    }
    for (const int *code = codes; *code != 0; code++) {
        if (*code == rc) {
            return rc;
        }
    }
    if (err != NULL) {
        err->code = VNIC_EOS;
    }
    return VNIC_EOS;
}

int vnic__linux_fail_node(struct vnic_error *err, int os_code, const char *path)
{
    const char *text;
    int code;

    switch (os_code) {
    case ENOENT:
    case ENOTDIR:
        code = VNIC_ENODRIVER;
        text = "it does not exist and cannot be made from here: load the module (modprobe tun), or "
               "give the container the device (docker run --device /dev/net/tun; "
               "systemd-nspawn --bind=/dev/net/tun)";
        break;
    case ENODEV:
    case ENXIO:
        code = VNIC_ENODRIVER;
        text = "the kernel has no TUN driver behind it: load the module (modprobe tun), or use a "
               "kernel with CONFIG_TUN";
        break;
    case EACCES:
        code = VNIC_EPERM;
        text = "its permissions forbid it: run as root, or let every user open it "
               "(chmod 0666 /dev/net/tun, which is the usual mode and gives nobody an interface)";
        break;
    case EPERM:
        code = VNIC_EPERM;
        text = "the rules for devices of this container forbid it: start the container with "
               "--device /dev/net/tun or allow \"c 10:200 rw\"";
        break;
    default:
        return vnic__linux_fail(err, os_code, "open", "cannot open /dev/net/tun");
    }
    (void)vnic__fail(err, code, "open", NULL, "cannot open %s: %s", path, text);
    vnic__fail_os(err, VNIC_OS_ERRNO, os_code);
    return code;
}

static const char *shown_name(const struct linux_setiff_case *about)
{
    return about->name[0] != '\0' ? about->name : "an interface with a name of the kernel's choice";
}

/* Linux drivers/net/tun.c tun_not_capable(): CAP_NET_ADMIN, or the owner and the group both match. */
static int fail_not_capable(struct vnic_error *err, const struct linux_setiff_case *about)
{
    const struct linux_tun_facts *facts = about->facts;

    if (facts == NULL) {
        return vnic__fail(
            err, VNIC_EPERM, "TUNSETIFF", NULL,
            "cannot create %s: permission denied (needs CAP_NET_ADMIN in this network "
            "namespace: run as root, try `unshare -Urn`, or have it made before with "
            "`ip tuntap add … user …`)",
            shown_name(about));
    }
    if (facts->owner == VNIC_UNSET && facts->group == VNIC_UNSET) {
        return vnic__fail(
            err, VNIC_EPERM, "TUNSETIFF", NULL,
            "cannot attach to %s: permission denied (it has no owner, so CAP_NET_ADMIN "
            "is needed: run as root, or set an owner with `ip tuntap add … user …`)",
            facts->name);
    }
    if (facts->owner == VNIC_UNSET) {
        return vnic__fail(
            err, VNIC_EPERM, "TUNSETIFF", NULL,
            "cannot attach to %s: permission denied (it belongs to group %u: join that "
            "group, or run with CAP_NET_ADMIN)",
            facts->name, facts->group);
    }
    return vnic__fail(
        err, VNIC_EPERM, "TUNSETIFF", NULL,
        "cannot attach to %s: permission denied (it belongs to user %u%s: run as that "
        "user, or with CAP_NET_ADMIN)",
        facts->name, facts->owner,
        facts->group == VNIC_UNSET ? "" : " and to a group, and both must match");
}

static int fail_busy(struct vnic_error *err, const struct linux_setiff_case *about)
{
    if (about->facts != NULL) {
        return vnic__fail(err, VNIC_EBUSY, "TUNSETIFF", "name",
                          "%s has a single queue and is open already: end the program that has it, "
                          "or make it again with VNIC_MULTI_QUEUE",
                          about->facts->name);
    }
    if (about->if_index != VNIC_UNSET) {
        return vnic__fail(err, VNIC_EBUSY, "TUNSETIFF", "if_index",
                          "cannot create %s: the index %u is taken by another interface: choose "
                          "another one, or leave it to the kernel",
                          shown_name(about), about->if_index);
    }
    return vnic__fail(err, VNIC_EBUSY, "TUNSETIFF", "name",
                      "%s is made and removed by others all the time: try again",
                      shown_name(about));
}

/* What else can be invalid was checked before. */
static int fail_invalid(struct vnic_error *err, const struct linux_setiff_case *about)
{
    if (about->facts != NULL) {
        return vnic__fail(err, VNIC_EKIND, "TUNSETIFF", "name",
                          "the kernel refuses %s as an interface with these flags",
                          about->facts->name);
    }
    return vnic__fail(err, VNIC_ENAME, "TUNSETIFF", "name",
                      "the kernel refuses %s as the name of a new interface: choose another one",
                      shown_name(about));
}

int vnic__linux_fail_setiff(struct vnic_error *err, int os_code,
                            const struct linux_setiff_case *about)
{
    char what[96];
    int code;

    switch (os_code) {
    case EPERM:
    case EACCES:
        code = fail_not_capable(err, about);
        break;
    case EBUSY:
        code = fail_busy(err, about);
        break;
    case E2BIG: /* MAX_TAP_QUEUES, 256 (Linux drivers/net/tun.c) */
        code = vnic__fail(err, VNIC_ELIMIT, "TUNSETIFF", NULL,
                          "%s has all the queues that it can have (256, detached ones included)",
                          shown_name(about));
        break;
    case ENFILE: /* Linux net/core/dev.c __dev_alloc_name(): no number is free for the pattern */
        code =
            vnic__fail(err, VNIC_ELIMIT, "TUNSETIFF", "name",
                       "cannot create %s: all numbers of the pattern are taken", shown_name(about));
        break;
    case ENOTTY:
        code = vnic__fail(err, VNIC_ENODRIVER, "TUNSETIFF", NULL,
                          "/dev/net/tun is not the TUN driver: make it again (mknod /dev/net/tun "
                          "c 10 200)");
        break;
    case EINVAL:
        code = fail_invalid(err, about);
        break;
    default:
        (void)snprintf(what, sizeof what, "cannot %s %s",
                       about->facts != NULL ? "attach to" : "create", shown_name(about));
        return vnic__linux_fail(err, os_code, "TUNSETIFF", what);
    }
    vnic__fail_os(err, VNIC_OS_ERRNO, os_code);
    return code;
}
