/* SPDX-License-Identifier: Apache-2.0 */
/* JSON through json-c; see cli_json.h. */
#include "cli_json.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_json_available(void)
{
    return 1;
}

int cli_json_require(void)
{
    return 0;
}

struct json_object *cli_json_object(void)
{
    return json_object_new_object();
}

struct json_object *cli_json_array(void)
{
    return json_object_new_array();
}

/* The length of the UTF-8 sequence at p, 0 if there is none (RFC 3629 section 4, without its finer
 * points on overlong forms: json-c passes bytes on as they are). */
static size_t utf8_length(const unsigned char *p)
{
    size_t n = p[0] < 0x80   ? 1
               : p[0] < 0xC2 ? 0
               : p[0] < 0xE0 ? 2
               : p[0] < 0xF0 ? 3
               : p[0] < 0xF5 ? 4
                             : 0;

    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return n;
}

static struct json_object *json_new_text(const char *value)
{
    struct json_object *result;
    char *copy;

    if (value == NULL) {
        return NULL;
    }
    copy = strdup(value);
    if (copy == NULL) {
        return NULL;
    }
    for (char *p = copy; *p != '\0';) {
        size_t n = utf8_length((const unsigned char *)p);

        if (n == 0) {
            *p = '?';
            n = 1;
        }
        p += n;
    }
    result = json_object_new_string(copy);
    free(copy);
    return result;
}

void cli_json_text(struct json_object *object, const char *key, const char *value)
{
    json_object_object_add(object, key, json_new_text(value));
}

void cli_json_number(struct json_object *object, const char *key, uint64_t value)
{
    json_object_object_add(object, key, json_object_new_uint64(value));
}

void cli_json_bool(struct json_object *object, const char *key, int value)
{
    json_object_object_add(object, key, json_object_new_boolean(value != 0));
}

void cli_json_null(struct json_object *object, const char *key)
{
    json_object_object_add(object, key, NULL);
}

void cli_json_child(struct json_object *object, const char *key, struct json_object *child)
{
    json_object_object_add(object, key, child);
}

void cli_json_append(struct json_object *array, struct json_object *child)
{
    json_object_array_add(array, child);
}

void cli_json_append_text(struct json_object *array, const char *text)
{
    json_object_array_add(array, json_new_text(text));
}

static void json_print_as(struct json_object *value, int flags)
{
    puts(json_object_to_json_string_ext(value, flags | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(value);
}

void cli_json_print_line(struct json_object *value)
{
    json_print_as(value, JSON_C_TO_STRING_PLAIN);
}

void cli_json_print(struct json_object *value)
{
    json_print_as(value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
}
