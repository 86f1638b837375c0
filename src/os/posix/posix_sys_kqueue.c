/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several signals as one descriptor for foreign loops: a kqueue, which poll and kqueue itself can wait
 * for (kqueue(2) of the BSDs and of Apple's systems). Its own door to the system, like posix_sys.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>

#include <sys/event.h>
#include <unistd.h>

#include "core/os.h"
#include "vnic/error.h"

static int kqueue_code(int os_code)
{
    if (os_code == EMFILE || os_code == ENFILE) {
        return VNIC_EMFILE;
    }
    return os_code == ENOMEM ? VNIC_ENOMEM : VNIC_EOS;
}

int vnic__signal_group_init(struct vnic__signal_group *g, const struct vnic__signal *const *signals,
                            int n)
{
    int queue = kqueue();
    int os_code;

    if (queue < 0) {
        return kqueue_code(errno);
    }
    if (fcntl(queue, F_SETFD, FD_CLOEXEC) < 0) {
        goto fail;
    }
    for (int i = 0; i < n; i++) {
        struct kevent change;

        EV_SET(&change, (uintptr_t)signals[i]->handle, EVFILT_READ, EV_ADD, 0, 0, 0);
        if (kevent(queue, &change, 1, NULL, 0, NULL) < 0) {
            goto fail;
        }
    }
    g->handle = queue;
    g->priv = NULL;
    return 0;

fail:
    os_code = errno;
    (void)close(queue);
    return kqueue_code(os_code);
}

void vnic__signal_group_destroy(struct vnic__signal_group *g)
{
    (void)close((int)g->handle);
}
