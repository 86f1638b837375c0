/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detection of duplicate addresses (RFC 4862 section 5.4, RFC 5227). Nobody else can have the address of an
 * interface that ends in this program, and as long as the detection runs the address is "tentative": bind()
 * says WSAEADDRNOTAVAIL. CreateUnicastIpAddressEntry() ignores the DadState of its row; so the detection has
 * to be off in that moment, and when the medium is connected, which begins it. That the medium is there is
 * told to the IP stack after the call that connects it, hence the wait.
 */
#include "core/os.h"
#include "win_netconf.h"
#include "win_sys_module.h"

/* How long addresses that nothing is looked for are given to become usable. */
#define WIN_SETTLE_TIMEOUT_NS 3000000000
#define WIN_SETTLE_LOOK_MS 2u

/* How often the number of probes is put back; there is nobody to tell if it fails. */
#define WIN_DAD_TRIES 2

static const ADDRESS_FAMILY win_dad_families[2] = {AF_INET, AF_INET6};

void vnic__win_dad_stop(struct vnic *q, ADDRESS_FAMILY family, struct win_dad *ret)
{
    NET_LUID luid = win_luid_of(q);

    for (int i = 0; i < 2; i++) {
        MIB_IPINTERFACE_ROW row;

        ret->stopped[i] = 0;
        if ((family != AF_UNSPEC && family != win_dad_families[i]) ||
            vnic__win_ip_row(&luid, win_dad_families[i], &row) != NO_ERROR ||
            row.DadTransmits == 0) {
            continue;
        }
        ret->transmits[i] = row.DadTransmits;
        row.DadTransmits = 0;
        ret->stopped[i] = vnic__win_ip_set(&row) == NO_ERROR && !q->iface->created;
    }
}

void vnic__win_dad_resume(struct vnic *q, const struct win_dad *dad)
{
    NET_LUID luid = win_luid_of(q);

    for (int i = 0; i < 2; i++) {
        int is_back = !dad->stopped[i];

        for (int n = 0; !is_back && n < WIN_DAD_TRIES; n++) {
            MIB_IPINTERFACE_ROW row;

            if (vnic__win_ip_row(&luid, win_dad_families[i], &row) == NO_ERROR) {
                row.DadTransmits = dad->transmits[i];
                is_back = vnic__win_ip_set(&row) == NO_ERROR;
            }
        }
    }
}

/* NO_ERROR, ERROR_BUSY while an address of the interface is not usable yet, or why that cannot be told. */
static DWORD win_look_for_tentative(const struct vnic *q)
{
    MIB_UNICASTIPADDRESS_TABLE *table;
    DWORD os_code = vnic__win_read_addresses(&table);

    for (ULONG i = 0; os_code == NO_ERROR && table != NULL && i < table->NumEntries; i++) {
        if (vnic__win_is_address_of(&table->Table[i], q) &&
            table->Table[i].DadState == IpDadStateTentative) {
            os_code = ERROR_BUSY;
        }
    }
    if (table != NULL) {
        vnic__sys_free_mib_table(table);
    }
    return os_code;
}

DWORD vnic__win_settle(struct vnic *q)
{
    int64_t deadline = vnic__now_ns() + WIN_SETTLE_TIMEOUT_NS;
    DWORD os_code = win_look_for_tentative(q);

    while (os_code == ERROR_BUSY && vnic__now_ns() < deadline) {
        vnic__sys_sleep_ms(WIN_SETTLE_LOOK_MS);
        os_code = win_look_for_tentative(q);
    }
    if (os_code == ERROR_BUSY) {
        vnic__log(q->iface, VNIC_LOG_WARNING,
                  "the system does not let the addresses of the interface be used yet");
        os_code = NO_ERROR;
    }
    return os_code;
}
