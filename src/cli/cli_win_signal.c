/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ctrl-C on Windows: the system calls the handler in a thread of its own. As elsewhere it triggers a
 * wakeup that every handle of the tool shares, and the command ends in its own words.
 */
#include <signal.h>
#include <windows.h>

#include "cli.h"

static vnic_wakeup *signal_wakeup;

static BOOL WINAPI signal_handler(DWORD event)
{
    int interactive = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;

    (void)vnic_wakeup_trigger(signal_wakeup, interactive ? SIGINT : SIGTERM);
    if (!interactive) {
        /* A closed window: the process is ended when this returns (or a few seconds from now). The main
         * thread ends it first, after it closed its interface. Of a logoff and a shutdown programs are
         * not told that have loaded user32.dll, as those have that use devices (SetConsoleCtrlHandler). */
        Sleep(INFINITE);
    }
    return TRUE;
}

int cli_signals_start(void)
{
    struct vnic_error err = {0};
    int rc = vnic_wakeup_create(&signal_wakeup, &err);

    if (rc < 0) {
        return cli_fail(rc, &err);
    }
    /* Who was started with Ctrl-C ignored goes on ignoring it: the handler is not called then. */
    (void)SetConsoleCtrlHandler(signal_handler, TRUE);
    return 0;
}

vnic_wakeup *cli_signals_wakeup(void)
{
    return signal_wakeup;
}

void cli_signals_stop(void)
{
    (void)SetConsoleCtrlHandler(signal_handler, FALSE);
    vnic_wakeup_destroy(signal_wakeup);
    signal_wakeup = NULL;
}
