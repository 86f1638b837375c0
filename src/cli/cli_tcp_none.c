/* SPDX-License-Identifier: Apache-2.0 */
/* The tool without lwIP: `echo` asks cli_tcp_available() first and says that there is no TCP. */
#include "cli_tcp.h"

int cli_tcp_available(void)
{
    return 0;
}

int cli_tcp_start(const uint16_t *ports, int n, uint32_t mtu,
                  void (*output)(void *user, const uint8_t *data, size_t len), void *user)
{
    (void)ports;
    (void)n;
    (void)mtu;
    (void)output;
    (void)user;
    return -1;
}

void cli_tcp_input(const uint8_t *data, size_t len)
{
    (void)data;
    (void)len;
}

void cli_tcp_work(void)
{
}

int cli_tcp_wait_ms(void)
{
    return -1;
}

uint64_t cli_tcp_connections(void)
{
    return 0;
}

uint64_t cli_tcp_bytes(void)
{
    return 0;
}
