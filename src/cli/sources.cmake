# SPDX-License-Identifier: Apache-2.0
# The files of the tool. One name a line, in alphabetical order; what needs an optional library, and
# what stands in without it, is listed apart.
set(VNIC_CLI_SOURCES
    cli_answer.c
    cli_bench.c
    cli_bench_checksum.c
    cli_bench_mode.c
    cli_decode.c
    cli_demo.c
    cli_demo_ping.c
    cli_demo_tcp.c
    cli_doctor.c
    cli_doctor_net.c
    cli_doctor_rights.c
    cli_doctor_system.c
    cli_down.c
    cli_dump.c
    cli_dump_file.c
    cli_dump_print.c
    cli_echo.c
    cli_endpoint.c
    cli_info.c
    cli_list.c
    cli_main.c
    cli_message.c
    cli_netdev.c
    cli_options.c
    cli_private.c
    cli_show.c
    cli_signal.c
    cli_tunnel.c
    cli_tunnel_loop.c
    cli_tunnel_send.c
    cli_tunnel_stats.c
    cli_tunnel_udp.c
    cli_up.c
    cli_util.c)
set(VNIC_CLI_JSON_SOURCES cli_json.c)
set(VNIC_CLI_NO_JSON_SOURCES cli_json_none.c)
set(VNIC_CLI_LWIP_SOURCES cli_tcp.c)
set(VNIC_CLI_NO_LWIP_SOURCES cli_tcp_none.c)
