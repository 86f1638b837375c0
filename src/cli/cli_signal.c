/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ctrl-C and friends. The handler triggers a wakeup that every handle of the tool shares: each
 * blocked call then returns VNIC_EINTERRUPTED, and the command ends in its own words.
 */
#include <signal.h>

#include "cli.h"

static vnic_wakeup *signal_wakeup;
static const int signal_numbers[] = {SIGINT, SIGTERM, SIGHUP};

#define SIGNAL_N (sizeof signal_numbers / sizeof signal_numbers[0])

static void signal_handler(int number)
{
    /* vnic_wakeup_trigger() is async-signal-safe. */
    (void)vnic_wakeup_trigger(signal_wakeup, (uint32_t)number);
}

int cli_signals_start(void)
{
    struct sigaction action = {0};
    struct vnic_error err = {0};
    int rc;

    rc = vnic_wakeup_create(&signal_wakeup, &err);
    if (rc < 0) {
        return cli_fail(rc, &err);
    }
    (void)sigemptyset(&action.sa_mask);
    action.sa_handler = signal_handler;
    action.sa_flags = SA_RESTART;
    for (size_t i = 0; i < SIGNAL_N; i++) {
        struct sigaction old;

        /* What the caller ignores (nohup) stays ignored. */
        if (sigaction(signal_numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            (void)sigaction(signal_numbers[i], &action, NULL);
        }
    }
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
    return 0;
}

vnic_wakeup *cli_signals_wakeup(void)
{
    return signal_wakeup;
}

void cli_signals_stop(void)
{
    struct sigaction action = {0};

    (void)sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_DFL;
    for (size_t i = 0; i < SIGNAL_N; i++) {
        struct sigaction old;

        if (sigaction(signal_numbers[i], NULL, &old) == 0 && old.sa_handler == signal_handler) {
            (void)sigaction(signal_numbers[i], &action, NULL);
        }
    }
    (void)sigaction(SIGPIPE, &action, NULL);
    vnic_wakeup_destroy(signal_wakeup);
    signal_wakeup = NULL;
}
