/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two files that open a Wintun adapter: wintun_adapter.c goes through the names that may be
 * tried, wintun_create.c tries one. */
#ifndef VNIC_OS_WINDOWS_WINTUN_ADAPTER_H
#define VNIC_OS_WINDOWS_WINTUN_ADAPTER_H

#include "win_text.h"
#include "wintun.h"

#define WINTUN_NAME_TAKEN 1 /* try the next number */

/* One name that is tried. */
struct wintun_try {
    struct vnic *q;
    const struct vnic__settings *s;
    const struct wintun_table *table;
    char name[4 * WIN_NAME_UNITS + 1];
    wchar_t wide[WIN_NAME_UNITS + 1];
    wchar_t description[WIN_NAME_UNITS + 1];
    int is_pattern; /* 1: another number may be taken instead */
    int knows_guid; /* 1: the adapter was made with the GUID in win.guid */
};

/* Opens or creates the adapter `name`. 0, WINTUN_NAME_TAKEN (of a pattern), or a code. */
int vnic__wintun_try_name(struct wintun_try *t, struct vnic_error *err);

/* Closes the adapter, if it is open. */
void vnic__wintun_close_handle(struct vnic *q);

#endif
