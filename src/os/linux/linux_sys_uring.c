/* SPDX-License-Identifier: Apache-2.0 */
#include "linux_sys_uring.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

int vnic__sys_uring_init(unsigned entries, struct io_uring *ring, struct io_uring_params *params)
{
    return io_uring_queue_init_params(entries, ring, params);
}

void vnic__sys_uring_exit(struct io_uring *ring)
{
    io_uring_queue_exit(ring);
}

int vnic__sys_uring_submit(struct io_uring *ring)
{
    return io_uring_submit(ring);
}

int vnic__sys_uring_submit_and_wait(struct io_uring *ring, unsigned n)
{
    return io_uring_submit_and_wait(ring, n);
}

int vnic__sys_uring_get_events(struct io_uring *ring)
{
    return io_uring_get_events(ring);
}

int vnic__sys_uring_probe(struct io_uring *ring, struct io_uring_probe *probe, unsigned n)
{
    return io_uring_register_probe(ring, probe, n);
}

int vnic__sys_uring_add_buffers(struct io_uring *ring, struct io_uring_buf_reg *reg)
{
    return io_uring_register_buf_ring(ring, reg, 0);
}

int vnic__sys_uring_remove_buffers(struct io_uring *ring, int group)
{
    return io_uring_unregister_buf_ring(ring, group);
}

int vnic__sys_uring_add_file(struct io_uring *ring, int fd)
{
    return io_uring_register_files(ring, &fd, 1);
}

int vnic__sys_uring_remove_file(struct io_uring *ring)
{
    return io_uring_unregister_files(ring);
}

int vnic__sys_uring_cancel(struct io_uring *ring, struct io_uring_sync_cancel_reg *reg)
{
    return io_uring_register_sync_cancel(ring, reg);
}

/* Huge pages would make each buffer resident as a whole, though small packets touch one page of it. */
void *vnic__sys_pages_map(size_t len)
{
    void *pages = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    (void)madvise(pages, len, MADV_NOHUGEPAGE);
    return pages;
}

int vnic__sys_pages_unmap(void *pages, size_t len)
{
    return munmap(pages, len);
}

uintptr_t vnic__sys_thread_self(void)
{
    return (uintptr_t)pthread_self();
}

pid_t vnic__sys_getpid(void)
{
    return getpid();
}
