/* SPDX-License-Identifier: Apache-2.0 */
/* What the tool says on standard error, and what its exit code becomes. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char *message_command = "";

void cli_set_command(const char *command)
{
    message_command = command;
}

static void message_print(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static void message_print(const char *format, va_list args)
{
    fprintf(stderr, "vnic%s%s: ", message_command[0] == '\0' ? "" : " ", message_command);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    (void)fflush(stderr);
}

void cli_complain(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    message_print(format, args);
    va_end(args);
}

int cli_usage_hint(void)
{
    fprintf(stderr, "Try `vnic%s%s --help`.\n", message_command[0] == '\0' ? "" : " ",
            message_command);
    return CLI_USAGE;
}

int cli_usage_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    message_print(format, args);
    va_end(args);
    return cli_usage_hint();
}

int cli_exit_code(int code)
{
    switch (code) {
    case VNIC_EINVAL:
    case VNIC_EADDR:
    case VNIC_ENAME:
        return CLI_USAGE;
    case VNIC_EPERM:
        return CLI_PERMISSION;
    case VNIC_ENOTSUP:
    case VNIC_ENODRIVER:
    case VNIC_EVERSION:
        return CLI_UNSUPPORTED;
    case VNIC_ENODEV:
    case VNIC_ENETNS:
    case VNIC_EBADFD:
        return CLI_NOT_FOUND;
    case VNIC_EEXIST:
    case VNIC_EBUSY:
    case VNIC_EKIND:
    case VNIC_ELIMIT:
    case VNIC_EDETACHED:
        return CLI_CONFLICT;
    default:
        return code >= 0 ? CLI_OK : CLI_FAILURE;
    }
}

int cli_fail(int code, const struct vnic_error *err)
{
    if (err != NULL && err->text[0] != '\0') {
        cli_complain("%s", err->text);
    } else {
        cli_complain("%s: %s", vnic_error_text(code), vnic_error_advice(code));
    }
    return cli_exit_code(code);
}

int cli_finish(int code)
{
    int failed;

    errno = 0;
    failed = fflush(stdout) != 0 || ferror(stdout);
    if (failed && errno != 0 && !cli_reader_is_gone(errno)) {
        cli_complain("cannot write the output: %s", strerror(errno));
        return code == CLI_OK ? CLI_FAILURE : code;
    }
    return code;
}
