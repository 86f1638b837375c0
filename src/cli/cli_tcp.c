/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP echo through lwIP's raw API, in one thread. Debian's lwIP is built for threads (NO_SYS 0), but
 * tcpip_init() is never called here, so that it starts none and its core lock is not asked for:
 * everything happens in calls of ours, and timers in sys_check_timeouts().
 */
#include "cli_tcp.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lwip/init.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

/* Enough for a test tool, and an end to what a flood of connections can take. */
#define TCP_MAX_CONNECTIONS 1024

/* Where protocol and addresses are: RFC 791 section 3.1, RFC 8200 section 3. */
#define TCP_IP4_PROTOCOL_AT 9
#define TCP_IP4_DST_AT 16
#define TCP_IP6_NEXT_AT 6
#define TCP_IP6_DST_AT 24

struct tcp_connection {
    struct pbuf *pending; /* received, not yet sent back */
    int closing;          /* the other end has sent its FIN */
};

static struct netif tcp_netif;
static void (*tcp_output_fn)(void *user, const uint8_t *data, size_t len);
static void *tcp_output_user;
static int tcp_open_connections;
static uint64_t tcp_n_connections;
static uint64_t tcp_n_bytes;

int cli_tcp_available(void)
{
    return 1;
}

/* ---- One connection ---- */

static void tcp_forget(struct tcp_connection *c)
{
    if (c->pending != NULL) {
        (void)pbuf_free(c->pending);
    }
    free(c);
    tcp_open_connections--;
}

/* Sends back as much as the send buffer takes, and opens the window by so much. */
static void tcp_send_back(struct tcp_pcb *pcb, struct tcp_connection *c)
{
    while (c->pending != NULL) {
        struct pbuf *head = c->pending;
        u32_t room = tcp_sndbuf(pcb);
        u16_t len = (u16_t)(head->len < room ? head->len : room);

        if (len == 0 || tcp_write(pcb, head->payload, len, TCP_WRITE_FLAG_COPY) != ERR_OK) {
            break;
        }
        tcp_n_bytes += len;
        tcp_recved(pcb, len);
        c->pending = pbuf_free_header(head, len);
    }
    (void)tcp_output(pcb);
}

static err_t tcp_on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error);
static err_t tcp_on_sent(void *arg, struct tcp_pcb *pcb, u16_t len);
static err_t tcp_on_poll(void *arg, struct tcp_pcb *pcb);
static void tcp_on_error(void *arg, err_t error);

/* With a connection: its callbacks; with NULL: none, so that lwIP can end the pcb alone. */
static void tcp_bind_callbacks(struct tcp_pcb *pcb, struct tcp_connection *c)
{
    tcp_arg(pcb, c);
    tcp_recv(pcb, c == NULL ? NULL : tcp_on_recv);
    tcp_sent(pcb, c == NULL ? NULL : tcp_on_sent);
    tcp_err(pcb, c == NULL ? NULL : tcp_on_error);
    tcp_poll(pcb, c == NULL ? NULL : tcp_on_poll, 2);
}

/* Closes when everything is sent back. lwIP may lack memory for the FIN: the poll tries again. */
static void tcp_try_close(struct tcp_pcb *pcb, struct tcp_connection *c)
{
    if (!c->closing || c->pending != NULL) {
        return;
    }
    tcp_bind_callbacks(pcb, NULL);
    if (tcp_close(pcb) != ERR_OK) {
        tcp_bind_callbacks(pcb, c);
        return;
    }
    tcp_forget(c);
}

static err_t tcp_on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
    struct tcp_connection *c = arg;

    (void)error;
    if (p == NULL) {
        c->closing = 1;
    } else if (c->pending == NULL) {
        c->pending = p;
    } else {
        pbuf_cat(c->pending, p);
    }
    tcp_send_back(pcb, c);
    tcp_try_close(pcb, c);
    return ERR_OK;
}

static err_t tcp_on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
    (void)len;
    tcp_send_back(pcb, arg);
    tcp_try_close(pcb, arg);
    return ERR_OK;
}

static err_t tcp_on_poll(void *arg, struct tcp_pcb *pcb)
{
    return tcp_on_sent(arg, pcb, 0);
}

/* The pcb is gone already when lwIP calls this. */
static void tcp_on_error(void *arg, err_t error)
{
    (void)error;
    if (arg != NULL) {
        tcp_forget(arg);
    }
}

static err_t tcp_on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct tcp_connection *c;

    (void)arg;
    if (error != ERR_OK || pcb == NULL) {
        return ERR_VAL;
    }
    c = tcp_open_connections < TCP_MAX_CONNECTIONS ? calloc(1, sizeof *c) : NULL;
    if (c == NULL) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    tcp_open_connections++;
    tcp_n_connections++;
    tcp_bind_callbacks(pcb, c);
    return ERR_OK;
}

/* ---- The stack ---- */

/* TCP only: lwIP would send router solicitations and multicast reports of its own too. */
static err_t tcp_give(struct pbuf *p, size_t protocol_at)
{
    static uint8_t packet[65536];
    u16_t len = pbuf_copy_partial(p, packet, p->tot_len, 0);

    if (len > protocol_at && packet[protocol_at] == IP_PROTO_TCP) {
        tcp_output_fn(tcp_output_user, packet, len);
    }
    return ERR_OK;
}

static err_t tcp_output4(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
    (void)netif;
    (void)to;
    return tcp_give(p, TCP_IP4_PROTOCOL_AT);
}

static err_t tcp_output6(struct netif *netif, struct pbuf *p, const ip6_addr_t *to)
{
    (void)netif;
    (void)to;
    return tcp_give(p, TCP_IP6_NEXT_AT);
}

static err_t tcp_init_netif(struct netif *netif)
{
    netif->name[0] = 'v';
    netif->name[1] = 'n';
    netif->output = tcp_output4;
    netif->output_ip6 = tcp_output6;
    return ERR_OK;
}

static int tcp_listen_on(uint16_t port)
{
    struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
    struct tcp_pcb *listener;

    if (pcb == NULL) {
        return -1;
    }
    if (tcp_bind(pcb, IP_ANY_TYPE, port) != ERR_OK) {
        tcp_abort(pcb);
        return -1;
    }
    listener = tcp_listen(pcb);
    if (listener == NULL) {
        tcp_abort(pcb);
        return -1;
    }
    tcp_accept(listener, tcp_on_accept);
    return 0;
}

int cli_tcp_start(const uint16_t *ports, int n, uint32_t mtu,
                  void (*output)(void *user, const uint8_t *data, size_t len), void *user)
{
    tcp_output_fn = output;
    tcp_output_user = user;
    srand((unsigned)time(NULL));
    lwip_init();
    if (netif_add_noaddr(&tcp_netif, NULL, tcp_init_netif, ip_input) == NULL) {
        return -1;
    }
    tcp_netif.mtu = (u16_t)(mtu > 65535 ? 65535 : mtu);
    tcp_netif.mtu6 = tcp_netif.mtu;
    netif_set_default(&tcp_netif);
    netif_set_link_up(&tcp_netif);
    netif_set_up(&tcp_netif);
    for (int i = 0; i < n; i++) {
        if (tcp_listen_on(ports[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

/*
 * The stack answers for every address: before a packet goes in, its destination becomes the address
 * of the interface. Set by hand, because netif_set_addr() would abort the connections of the address
 * before; lwIP looks at it only to decide whether a packet is for us.
 */
static void tcp_become(const uint8_t *data)
{
    if (data[0] >> 4 == 4) {
        ip4_addr_t own;

        memcpy(&own.addr, data + TCP_IP4_DST_AT, 4);
        ip_addr_copy_from_ip4(tcp_netif.ip_addr, own);
    } else {
        ip6_addr_t own = {{0}, 0};

        memcpy(own.addr, data + TCP_IP6_DST_AT, 16);
        ip6_addr_assign_zone(&own, IP6_UNICAST, &tcp_netif);
        ip_addr_copy_from_ip6(tcp_netif.ip6_addr[0], own);
        tcp_netif.ip6_addr_state[0] = IP6_ADDR_PREFERRED;
    }
}

void cli_tcp_input(const uint8_t *data, size_t len)
{
    struct pbuf *p;

    if (len < 40 || len > 65535) {
        return;
    }
    p = pbuf_alloc(PBUF_IP, (u16_t)len, PBUF_RAM);
    if (p == NULL) {
        return;
    }
    tcp_become(data);
    (void)pbuf_take(p, data, (u16_t)len);
    if (tcp_netif.input(p, &tcp_netif) != ERR_OK) {
        (void)pbuf_free(p);
    }
}

void cli_tcp_work(void)
{
    sys_check_timeouts();
}

int cli_tcp_wait_ms(void)
{
    /* lwIP's periodic timers run even without connections: nothing has to be prompt then. */
    u32_t ms = sys_timeouts_sleeptime();

    if (tcp_open_connections == 0 && tcp_tw_pcbs == NULL && tcp_active_pcbs == NULL) {
        return -1;
    }
    return ms > 1000 ? 1000 : (int)ms;
}

uint64_t cli_tcp_connections(void)
{
    return tcp_n_connections;
}

uint64_t cli_tcp_bytes(void)
{
    return tcp_n_bytes;
}
