# SPDX-License-Identifier: Apache-2.0
# The files of the tool. One name a line, in alphabetical order; what belongs to one kind of system, and
# what needs an optional library or stands in without it, is listed apart.
set(VNIC_CLI_SOURCES
    cli_answer.c
    cli_decode.c
    cli_doctor.c
    cli_down.c
    cli_dump.c
    cli_dump_file.c
    cli_dump_print.c
    cli_echo.c
    cli_info.c
    cli_list.c
    cli_main.c
    cli_message.c
    cli_options.c
    cli_show.c
    cli_up.c
    cli_util.c)
set(VNIC_CLI_POSIX_SOURCES
    cli_bench.c
    cli_bench_checksum.c
    cli_bench_mode.c
    cli_demo.c
    cli_demo_ping.c
    cli_demo_tcp.c
    cli_doctor_linux.c
    cli_doctor_net.c
    cli_doctor_rights.c
    cli_doctor_system.c
    cli_endpoint.c
    cli_netdev.c
    cli_private.c
    cli_signal.c
    cli_system.c
    cli_tunnel.c
    cli_tunnel_loop.c
    cli_tunnel_send.c
    cli_tunnel_stats.c
    cli_tunnel_udp.c
    cli_up_exec.c)
set(VNIC_CLI_WINDOWS_SOURCES
    cli_win_absent.c
    cli_win_doctor.c
    cli_win_doctor_adapters.c
    cli_win_doctor_drivers.c
    cli_win_main.c
    cli_win_netdev.c
    cli_win_signal.c
    cli_win_system.c
    cli_win_text.c)
set(VNIC_CLI_WINDOWS_LIBRARIES advapi32 iphlpapi shell32)
set(VNIC_CLI_JSON_SOURCES cli_json.c)
set(VNIC_CLI_NO_JSON_SOURCES cli_json_none.c)
set(VNIC_CLI_LWIP_SOURCES cli_tcp.c)
set(VNIC_CLI_NO_LWIP_SOURCES cli_tcp_none.c)
