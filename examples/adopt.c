/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A privileged helper makes the interface and passes its descriptor over a socket (SCM_RIGHTS); the
 * program that moves the packets needs no rights at all. Here both are one program that forks.
 *
 * Run it as root, and ping 10.9.0.2 from another terminal. It ends when nothing came for 3 seconds.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

/* One descriptor as a control message (unix(7)), aligned as the macros need it. */
union control {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int))];
};

static int send_descriptor(int socket_fd, int fd)
{
    union control control = {{0}};
    char byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr msg = {.msg_iov = &data,
                         .msg_iovlen = 1,
                         .msg_control = control.room,
                         .msg_controllen = sizeof control.room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    return sendmsg(socket_fd, &msg, 0) == 1 ? 0 : -1;
}

/* Returns the descriptor, or -1 when none came. */
static int receive_descriptor(int socket_fd)
{
    union control control = {{0}};
    char byte;
    struct iovec data = {&byte, 1};
    struct msghdr msg = {.msg_iov = &data,
                         .msg_iovlen = 1,
                         .msg_control = control.room,
                         .msg_controllen = sizeof control.room};
    int fd = -1;

    if (recvmsg(socket_fd, &msg, 0) == 1) {
        struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

        if (head != NULL && head->cmsg_type == SCM_RIGHTS) {
            memcpy(&fd, CMSG_DATA(head), sizeof fd);
        }
    }
    return fd;
}

/* The privileged side: make the interface, hand its descriptor over, keep nothing. */
static int run_helper(int socket_fd)
{
    struct vnic_config cfg;
    struct vnic_error err;
    intptr_t fd;
    vnic *dev;
    int rc;

    /* [release] */
    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "helper: %s\n", err.text);
        return 1;
    }
    rc = vnic_release(dev, &fd);
    if (rc < 0) {
        fprintf(stderr, "helper: %s\n", vnic_error_text(rc));
        vnic_close(dev);
        return 1;
    }
    rc = send_descriptor(socket_fd, (int)fd);
    close((int)fd);
    /* [/release] */
    return rc < 0 ? 1 : 0;
}

static int answer_pings(vnic *dev)
{
    static uint8_t packet[VNIC_MAX_PACKET];
    int answered = 0;

    for (;;) {
        int len = vnic_recv_timeout(dev, packet, sizeof packet, 3000);

        if (len < 0) {
            return len == VNIC_ETIMEDOUT ? answered : len;
        }
        if (vnic_echo_icmp(packet, (size_t)len, VNIC_TUN) == 1 &&
            vnic_send(dev, packet, (size_t)len) >= 0) {
            answered++;
        }
    }
}

/* The side without rights. */
static int run_program(int socket_fd)
{
    struct vnic_error err;
    vnic *dev;
    int fd, rc;

    fd = receive_descriptor(socket_fd);
    if (fd < 0) {
        fprintf(stderr, "no descriptor came\n");
        return 1;
    }
    /* [adopt] */
    if (vnic_adopt(fd, NULL, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        close(fd);
        return 1;
    }
    /* [/adopt] */
    printf("adopted\n");
    rc = answer_pings(dev);
    vnic_close(dev);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", vnic_error_name(rc), vnic_error_text(rc));
        return 1;
    }
    printf("answered %d pings\n", rc);
    return 0;
}

int main(void)
{
    int sockets[2], status, rc;
    pid_t helper;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0) {
        perror("socketpair");
        return 1;
    }
    helper = fork();
    if (helper < 0) {
        perror("fork");
        return 1;
    }
    if (helper == 0) {
        _exit(run_helper(sockets[0]));
    }
    close(sockets[0]);
    rc = run_program(sockets[1]);
    close(sockets[1]);
    (void)waitpid(helper, &status, 0);
    return rc;
}
