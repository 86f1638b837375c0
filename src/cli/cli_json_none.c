/* SPDX-License-Identifier: Apache-2.0 */
/* The tool without json-c: --json is refused before anything else of this file is called. */
#include "cli_json.h"

#include <stddef.h>

#include "cli.h"

int cli_json_available(void)
{
    return 0;
}

int cli_json_require(void)
{
    cli_complain(
        "--json is not in this build: build vnic where json-c (libjson-c-dev) is installed");
    return CLI_UNSUPPORTED;
}

struct json_object *cli_json_object(void)
{
    return NULL;
}

struct json_object *cli_json_array(void)
{
    return NULL;
}

void cli_json_text(struct json_object *object, const char *key, const char *value)
{
    (void)object;
    (void)key;
    (void)value;
}

void cli_json_number(struct json_object *object, const char *key, uint64_t value)
{
    (void)object;
    (void)key;
    (void)value;
}

void cli_json_bool(struct json_object *object, const char *key, int value)
{
    (void)object;
    (void)key;
    (void)value;
}

void cli_json_null(struct json_object *object, const char *key)
{
    (void)object;
    (void)key;
}

void cli_json_child(struct json_object *object, const char *key, struct json_object *child)
{
    (void)object;
    (void)key;
    (void)child;
}

void cli_json_append(struct json_object *array, struct json_object *child)
{
    (void)array;
    (void)child;
}

void cli_json_append_text(struct json_object *array, const char *text)
{
    (void)array;
    (void)text;
}

void cli_json_print_line(struct json_object *value)
{
    (void)value;
}

void cli_json_print(struct json_object *value)
{
    (void)value;
}
