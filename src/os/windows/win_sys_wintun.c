/* SPDX-License-Identifier: Apache-2.0 */
/* The door to wintun.dll. */
#include "win_sys_wintun.h"

wintun_adapter vnic__sys_wintun_create_adapter(const struct wintun_table *t, const wchar_t *name,
                                               const wchar_t *type, const GUID *guid)
{
    return t->create_adapter(name, type, guid);
}

wintun_adapter vnic__sys_wintun_open_adapter(const struct wintun_table *t, const wchar_t *name)
{
    return t->open_adapter(name);
}

void vnic__sys_wintun_close_adapter(const struct wintun_table *t, wintun_adapter adapter)
{
    t->close_adapter(adapter);
}

int vnic__sys_wintun_delete_driver(const struct wintun_table *t)
{
    return t->delete_driver();
}

void vnic__sys_wintun_get_adapter_luid(const struct wintun_table *t, wintun_adapter adapter,
                                       uint64_t *ret_luid)
{
    t->get_adapter_luid(adapter, ret_luid);
}

DWORD vnic__sys_wintun_driver_version(const struct wintun_table *t)
{
    return t->get_running_driver_version();
}

void vnic__sys_wintun_set_logger(const struct wintun_table *t, wintun_logger logger)
{
    t->set_logger(logger);
}

wintun_session vnic__sys_wintun_start_session(const struct wintun_table *t, wintun_adapter adapter,
                                              DWORD capacity)
{
    return t->start_session(adapter, capacity);
}

void vnic__sys_wintun_end_session(const struct wintun_table *t, wintun_session session)
{
    t->end_session(session);
}

HANDLE vnic__sys_wintun_read_event(const struct wintun_table *t, wintun_session session)
{
    return t->get_read_wait_event(session);
}

BYTE *vnic__sys_wintun_receive(const struct wintun_table *t, wintun_session session,
                               DWORD *ret_size)
{
    return t->receive_packet(session, ret_size);
}

void vnic__sys_wintun_release(const struct wintun_table *t, wintun_session session,
                              const BYTE *packet)
{
    t->release_receive_packet(session, packet);
}

BYTE *vnic__sys_wintun_allocate(const struct wintun_table *t, wintun_session session, DWORD size)
{
    return t->allocate_send_packet(session, size);
}

void vnic__sys_wintun_send(const struct wintun_table *t, wintun_session session, const BYTE *packet)
{
    t->send_packet(session, packet);
}
