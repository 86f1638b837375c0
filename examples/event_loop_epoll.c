/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handle in an epoll loop, with signals as a descriptor (signalfd): one thread, no handler,
 * nothing asynchronous.
 *
 * Run it as root on Linux, and ping 10.9.0.2 from another terminal. Ctrl-C ends it.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <vnic/packet.h>
#include <vnic/vnic.h>

#define BUDGET 256

static int watch(int epoll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/*
 * Answers what is there, but no more than a budget, so that one busy device does not starve the
 * other descriptors: the wait handle is a level, the loop comes back.
 */
static int answer_some(vnic *dev, unsigned *answered)
{
    static uint8_t packet[VNIC_MAX_PACKET];

    for (int i = 0; i < BUDGET; i++) {
        int len = vnic_recv(dev, packet, sizeof packet);

        if (len < 0) {
            return len;
        }
        if (vnic_echo_icmp(packet, (size_t)len, VNIC_TUN) == 1 &&
            vnic_send(dev, packet, (size_t)len) >= 0) {
            ++*answered;
        }
    }
    return VNIC_EAGAIN;
}

static int run_loop(int epoll_fd, int device_fd, vnic *dev, unsigned *answered)
{
    for (;;) {
        struct epoll_event events[8];
        int n = epoll_wait(epoll_fd, events, 8, -1);

        if (n < 0 && errno != EINTR) {
            return VNIC_EOS;
        }
        for (int i = 0; i < n; i++) {
            int rc = 0;

            if (events[i].data.fd == device_fd) {
                rc = answer_some(dev, answered);
            }
            if (events[i].data.fd != device_fd || (rc < 0 && rc != VNIC_EAGAIN)) {
                return rc;
            }
        }
    }
}

static int serve(vnic *dev, int signal_fd, unsigned *answered)
{
    /* [setup] */
    intptr_t handle = vnic_wait_handle(dev);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int rc = VNIC_EOS;

    if (handle >= 0 && epoll_fd >= 0 && watch(epoll_fd, (int)handle) == 0 &&
        watch(epoll_fd, signal_fd) == 0) {
        rc = run_loop(epoll_fd, (int)handle, dev, answered);
    }
    if (epoll_fd >= 0) {
        close(epoll_fd);
    }
    /* [/setup] */
    return rc;
}

int main(void)
{
    struct vnic_config cfg;
    struct vnic_error err;
    unsigned answered = 0;
    sigset_t signals;
    int signal_fd, rc;
    vnic *dev;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    if (signal_fd < 0) {
        perror("signalfd");
        return 1;
    }
    vnic_config_init(&cfg);
    cfg.addresses = "10.9.0.1/24";
    cfg.flags = VNIC_NONBLOCK;
    if (vnic_open(&cfg, &dev, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        close(signal_fd);
        return 1;
    }
    printf("answering; Ctrl-C ends it\n");
    rc = serve(dev, signal_fd, &answered);
    vnic_close(dev);
    close(signal_fd);
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", vnic_error_name(rc), vnic_error_text(rc));
        return 1;
    }
    printf("answered %u pings\n", answered);
    return 0;
}
