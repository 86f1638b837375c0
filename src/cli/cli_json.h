/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of the tool, written by json-c. A build without it has cli_json_none.c instead: there is no
 * JSON then, cli_json_available() says so, and --json ends with CLI_UNSUPPORTED.
 */
#ifndef VNIC_CLI_JSON_H
#define VNIC_CLI_JSON_H

#include <stdint.h>

struct json_object;

/* Whether this build can write JSON. */
int cli_json_available(void);

/* Complains and returns CLI_UNSUPPORTED if this build cannot; 0 if it can. */
int cli_json_require(void);

/* Empty values. What is not put into another value or printed must not be made. */
struct json_object *cli_json_object(void);
struct json_object *cli_json_array(void);

/* Adds a member. Text that is not UTF-8 gets '?' for the bytes that are wrong; NULL is null. */
void cli_json_text(struct json_object *object, const char *key, const char *value);
void cli_json_number(struct json_object *object, const char *key, uint64_t value);
void cli_json_bool(struct json_object *object, const char *key, int value);
void cli_json_null(struct json_object *object, const char *key);

/* Puts a value into another, which owns it from then on. */
void cli_json_child(struct json_object *object, const char *key, struct json_object *child);
void cli_json_append(struct json_object *array, struct json_object *child);
void cli_json_append_text(struct json_object *array, const char *text);

/* Prints a value on standard output, in one line or for people, and frees it. */
void cli_json_print_line(struct json_object *value);
void cli_json_print(struct json_object *value);

#endif
