/* SPDX-License-Identifier: Apache-2.0 */
/* The signal of core/os.h as an eventfd (eventfd(2)): readable while its counter is not zero. */
#include <errno.h>

#include "core/os.h"
#include "linux_sys.h"
#include "vnic/error.h"

int vnic__signal_init(struct vnic__signal *s)
{
    int fd = vnic__sys_eventfd();

    s->handle = fd;
    s->trigger = fd;
    if (fd >= 0) {
        return 0;
    }
    if (errno == EMFILE || errno == ENFILE) {
        return VNIC_EMFILE;
    }
    return errno == ENOMEM ? VNIC_ENOMEM : VNIC_EOS;
}

void vnic__signal_destroy(struct vnic__signal *s)
{
    if (s->handle >= 0) {
        (void)vnic__sys_close((int)s->handle);
    }
    s->handle = -1;
    s->trigger = -1;
}

/* A signal handler may come in between: the write is tried again, a full counter is set already. */
void vnic__signal_set(const struct vnic__signal *s)
{
    static const uint64_t one = 1;
    int saved = errno;

    while (vnic__sys_write((int)s->trigger, &one, sizeof one) < 0 && errno == EINTR) {
    }
    errno = saved;
}

void vnic__signal_clear(const struct vnic__signal *s)
{
    uint64_t count;
    int saved = errno;

    while (vnic__sys_read((int)s->handle, &count, sizeof count) < 0 && errno == EINTR) {
    }
    errno = saved;
}
