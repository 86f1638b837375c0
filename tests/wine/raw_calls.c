/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this Wine lets Linux system calls of Windows code through: ends with 0 and says so, or with 77.
 * A Wine that takes them for its own answers with a status of Windows, or ends the program.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#include "linux_calls.h"

static LONG CALLBACK no_luck(EXCEPTION_POINTERS *what)
{
    (void)what;
    (void)printf("this Wine does not let raw system calls through (an exception)\n");
    (void)fflush(stdout);
    ExitProcess(77);
}

int main(void)
{
    char status[64] = "";
    intptr_t pid, got = 0;
    int fd;

    (void)AddVectoredExceptionHandler(1, no_luck);
    pid = lx_call3(LX_GETPID, 0, 0, 0);
    fd = lx_open("/proc/self/stat", LX_O_RDONLY);
    if (fd >= 0) {
        got = lx_read(fd, status, sizeof status - 1);
        lx_close(fd);
    }
    if (got <= 0 || (intptr_t)strtol(status, NULL, 10) != pid) {
        (void)printf("this Wine does not let raw system calls through (%lld, %lld)\n",
                     (long long)pid, (long long)got);
        return 77;
    }
    (void)printf("raw system calls reach Linux\n");
    return 0;
}
