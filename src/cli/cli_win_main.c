/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the tool begins on Windows. The arguments of main() are in the code page of the system and
 * lose what that lacks, so they are taken from the command line, which is UTF-16.
 */
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <windows.h>

#include <shellapi.h>

#include "cli.h"
#include "cli_win_text.h"

/* The console's code page before ours; 0: it was not changed. */
static UINT main_code_page;

static void main_restore_console(void)
{
    (void)fflush(stdout);
    (void)fflush(stderr);
    (void)SetConsoleOutputCP(main_code_page);
}

/* A console shows UTF-8 and colours only when it is told to. */
static void main_prepare_console(void)
{
    HANDLE console = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD mode;

    main_code_page = GetConsoleOutputCP();
    if (main_code_page != 0 && main_code_page != CP_UTF8 && SetConsoleOutputCP(CP_UTF8)) {
        (void)atexit(main_restore_console);
    }
    if (GetConsoleMode(console, &mode)) {
        (void)SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
    }
}

/* Bytes go out as they are, and not one by one: a console cannot put a character together again. */
static void main_prepare_streams(void)
{
    (void)_setmode(_fileno(stdout), _O_BINARY);
    (void)_setmode(_fileno(stderr), _O_BINARY);
    (void)setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    (void)setvbuf(stderr, NULL, _IOFBF, 1 << 12);
}

static char **main_arguments(int *ret_argc)
{
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), ret_argc);
    char **argv = wide == NULL ? NULL : calloc((size_t)*ret_argc + 1, sizeof *argv);

    for (int i = 0; argv != NULL && i < *ret_argc; i++) {
        argv[i] = cli_win_narrow(wide[i]);
        if (argv[i] == NULL) {
            cli_complain("argument %d is no text that UTF-8 could hold", i);
            exit(CLI_USAGE);
        }
    }
    (void)LocalFree(wide);
    return argv;
}

int main(void)
{
    static char program[] = "vnic";
    char **argv;
    int argc = 0;
    int code;

    main_prepare_console();
    main_prepare_streams();
    argv = main_arguments(&argc);
    if (argv == NULL) {
        return cli_fail(VNIC_ENOMEM, NULL);
    }
    /* getopt_long() of mingw-w64 begins its complaints with this. */
    __argv[0] = program;
    code = cli_main(argc, argv);
    for (int i = 0; i < argc; i++) {
        /* cli_main() puts its own text in place of the command's name. */
        if (i != 1) {
            free(argv[i]);
        }
    }
    free(argv);
    return code;
}
