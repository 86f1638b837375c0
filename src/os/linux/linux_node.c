/* SPDX-License-Identifier: Apache-2.0 */
/* The device node. A container may come without it, and one with the right to may make it. */
#include <errno.h>
#include <fcntl.h>

#include "linux_sys.h"
#include "linux_tun.h"

#define NODE_DIR "/dev/net"
#define NODE_PATH "/dev/net/tun"

/* Linux Documentation/admin-guide/devices.txt: character device 10 (misc), 200. */
#define NODE_MAJOR 10u
#define NODE_MINOR 200u

/* Any user may open it: what a descriptor may do is decided by TUNSETIFF (tuntap.rst, 1.2). */
#define NODE_MODE 0666
#define NODE_DIR_MODE 0755

static int open_node(void)
{
    return vnic__sys_open(NODE_PATH, O_RDWR | O_NONBLOCK);
}

/* Makes the node and opens it; what was made for nothing is removed again. */
static int make_node(struct vnic_error *err)
{
    int made_dir = vnic__sys_mkdir(NODE_DIR, NODE_DIR_MODE) == 0;
    int made_node = vnic__sys_mknod_char(NODE_PATH, NODE_MODE, NODE_MAJOR, NODE_MINOR) == 0;
    int os_code = errno;
    int fd;

    /* EEXIST: somebody else was faster. */
    if (made_node || os_code == EEXIST) {
        fd = open_node();
        if (fd >= 0) {
            return fd;
        }
        os_code = errno;
    } else if (os_code != EMFILE && os_code != ENFILE && os_code != ENOMEM) {
        /* Why it could not be made matters less than that it is missing. */
        os_code = ENOENT;
    }
    if (made_node) {
        (void)vnic__sys_unlink(NODE_PATH);
    }
    if (made_dir) {
        (void)vnic__sys_rmdir(NODE_DIR);
    }
    return vnic__linux_fail_node(err, os_code, NODE_PATH);
}

int vnic__linux_node_open(struct vnic_error *err)
{
    int fd = open_node();

    if (fd >= 0) {
        return fd;
    }
    if (errno == ENOENT) {
        return make_node(err);
    }
    return vnic__linux_fail_node(err, errno, NODE_PATH);
}
