# SPDX-License-Identifier: Apache-2.0
# Windows has no backend of its own yet: the services that core needs, with the fake and null backends.
set(VNIC_WINDOWS_SOURCES
    win_error.c
    win_guid.c
    win_netaddr.c
    win_netconf.c
    win_netdns.c
    win_netdns_reg.c
    win_netdns_text.c
    win_neterror.c
    win_netinfo.c
    win_netip.c
    win_netlist.c
    win_netname.c
    win_services.c
    win_sys.c
    win_sys_file.c
    win_sys_iphlp.c
    win_sys_module.c
    win_sys_netcon.c
    win_sys_setup.c
    win_sys_wintun.c
    win_text.c
    win_watch.c
    wintap_adapter.c
    wintap_backend.c
    wintap_conf.c
    wintap_device.c
    wintap_install.c
    wintap_io.c
    wintap_open.c
    wintap_repair.c
    wintap_ring.c
    wintap_wait.c
    wintun_adapter.c
    wintun_io.c
    wintun_library.c
    wintun_log.c
    wintun_probe.c
    wintun_search.c
    wintun_session.c
    wintun_views.c
    wintun_wait.c
)
# setupapi and cfgmgr32: devices; advapi32: the registry.
set(VNIC_WINDOWS_LIBRARIES advapi32 cfgmgr32 iphlpapi ole32 setupapi)
