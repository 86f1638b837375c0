/* SPDX-License-Identifier: Apache-2.0 */
#include "linux_netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>

#include "core/device.h"
#include "linux_sys.h"

/* What an errno means when a namespace is opened or entered. */
struct netns_rule {
    int error;
    int code;
    const char *why;
};

static const struct netns_rule netns_rules[] = {
    {ENOENT, VNIC_ENETNS,
     "it does not exist: create it (`ip netns add NAME` makes /run/netns/NAME), or give a path "
     "such as "
     "/proc/PID/ns/net"},
    {ENOTDIR, VNIC_ENETNS, "it does not exist: a part of the path is no directory"},
    {ELOOP, VNIC_ENETNS, "it does not exist: its path is a circle of links"},
    {ENAMETOOLONG, VNIC_ENETNS, "it does not exist: no path is that long"},
    {EACCES, VNIC_EPERM, "permission denied (needs the right to read the path)"},
    {EPERM, VNIC_EPERM,
     "permission denied (needs CAP_SYS_ADMIN in the caller's user namespace and in the one that "
     "owns "
     "the network namespace)"},
    {EMFILE, VNIC_EMFILE, "this process has no descriptor left"},
    {ENFILE, VNIC_EMFILE, "this system has no descriptor left"},
    {ENOMEM, VNIC_ENOMEM, "out of memory"},
};

/* Why a namespace could not be opened or entered, as code and sentence. */
static int netns_fail(struct vnic_error *err, int error, const char *operation, const char *what)
{
    const struct netns_rule other = {error, VNIC_EOS, "the kernel refused"};
    const struct netns_rule *rule = &other;

    for (size_t i = 0; i < sizeof netns_rules / sizeof netns_rules[0]; i++)
        if (netns_rules[i].error == error)
            rule = &netns_rules[i];
    (void)vnic__fail(err, rule->code, operation, "netns", "cannot use network namespace %s: %s",
                     what, rule->why);
    vnic__fail_os(err, VNIC_OS_ERRNO, error);
    return rule->code;
}

/*
 * NS_GET_NSTYPE tells which kind of namespace a descriptor is; anything that is none refuses the
 * number with ENOTTY (ioctl_nsfs(2), Linux 4.11).
 */
static int check_kind(int fd, const char *what, struct vnic_error *err)
{
    int kind = vnic__sys_ioctl_int(fd, NS_GET_NSTYPE, 0);
    int error = kind < 0 ? errno : 0;

    if (kind == CLONE_NEWNET)
        return 0;
    (void)vnic__fail(err, VNIC_ENETNS, "NS_GET_NSTYPE", "netns",
                     kind < 0 ? "%s is not a network namespace: give a path such as "
                                "/run/netns/NAME or /proc/PID/ns/net, or an open descriptor of one"
                              : "%s is a namespace, but not one of networks: give /proc/PID/ns/net",
                     what);
    vnic__fail_os(err, kind < 0 ? VNIC_OS_ERRNO : VNIC_OS_NONE, error);
    return VNIC_ENETNS;
}

int vnic__netns_open(const char *path, struct vnic_error *err)
{
    /* O_NONBLOCK: a FIFO that somebody put at the path must not hold us. */
    int fd = vnic__sys_open(path, O_RDONLY | O_NONBLOCK);
    int code;

    if (fd < 0)
        return netns_fail(err, errno, "open", path);
    code = check_kind(fd, path, err);
    if (code < 0) {
        (void)vnic__sys_close(fd);
        return code;
    }
    return fd;
}

int vnic__netns_check(int fd, struct vnic_error *err)
{
    return check_kind(fd, "the descriptor", err);
}

int vnic__netns_id(int nsfd, struct linux_netns_id *ret, struct vnic_error *err)
{
    struct stat st;

    if (vnic__sys_fstat(nsfd, &st) < 0)
        return netns_fail(err, errno, "fstat", "(given by descriptor)");
    ret->dev = (uint64_t)st.st_dev;
    ret->ino = (uint64_t)st.st_ino;
    return 0;
}

/* What the helper thread is to do and what came of it. */
struct netns_job {
    int nsfd;
    int (*fn)(void *arg, struct vnic_error *err);
    void *arg;
    struct vnic_error *err;
    int result;
};

static void *netns_thread(void *arg)
{
    struct netns_job *job = arg;

    if (vnic__sys_setns(job->nsfd, CLONE_NEWNET) < 0) {
        int error = errno;
        if (vnic__netns_check(job->nsfd, job->err) < 0)
            job->result = VNIC_ENETNS;
        else
            job->result = netns_fail(job->err, error, "setns", "(given by descriptor)");
        return NULL;
    }
    job->result = job->fn(job->arg, job->err);
    return NULL;
}

/*
 * A thread's namespace is its own (setns(2)), so only the helper is moved, and it ends here. It starts
 * with all signals blocked: a handler of the program must never run in a foreign namespace.
 */
int vnic__netns_run(int nsfd, int (*fn)(void *arg, struct vnic_error *err), void *arg,
                    struct vnic_error *err)
{
    struct netns_job job = {nsfd, fn, arg, err, VNIC_EOS};
    pthread_t thread;
    sigset_t old;
    int error = 0;

    (void)vnic__sys_sigmask_block(&old);
    if (vnic__sys_thread_create(&thread, netns_thread, &job) < 0)
        error = errno;
    (void)vnic__sys_sigmask_restore(&old);
    if (error != 0) {
        int code = error == ENOMEM || error == EAGAIN ? VNIC_ENOMEM : VNIC_EOS;
        (void)vnic__fail(err, code, "pthread_create", "netns",
                         "no thread can be started to enter the network namespace: error %d",
                         error);
        vnic__fail_os(err, VNIC_OS_ERRNO, error);
        return code;
    }
    (void)vnic__sys_thread_join(thread);
    return job.result;
}
