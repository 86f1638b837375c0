/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the numbers of IP Helper mean for each operation. The source of each rule is the list of return
 * values on the page of the function in Microsoft's documentation of netioapi.h and iphlpapi.h, unless it
 * says otherwise.
 */
#include <stdio.h>
#include <string.h>

#include "win_error.h"
#include "win_netconf.h"
#include "win_text.h"

#define WIN_NET_WHY_ABSENT                                                                         \
    "the iphlpapi.dll of this system lacks the function: leave this out, and configure the "       \
    "interface with the system's own tools"
#define WIN_NET_WHY_RIGHT                                                                          \
    "permission denied (needs an elevated administrator: run as administrator)"
#define WIN_NET_WHY_FAMILY                                                                         \
    "this version of IP is not on the interface (disabled for the adapter or on this system): "    \
    "enable it, or leave it out"
#define WIN_NET_WHY_LATE                                                                           \
    "the IP stack did not take the new adapter in time: look for TCP/IP among the bindings of "    \
    "the adapter, and for what the system's log says of it"
#define WIN_NET_WHY_FOLDER                                                                         \
    "the system has no folder of network connections, or does not show this adapter in it: "       \
    "rename it with the system's own tools"
#define WIN_NET_WHY_GONE "the interface was removed or disabled"

/* What all operations have in common stands behind what each has of its own: the first match counts. */
#define WIN_NET_COMMON                                                                             \
    {ERROR_ACCESS_DENIED, VNIC_EPERM, WIN_NET_WHY_RIGHT},                                          \
        {ERROR_NETWORK_ACCESS_DENIED, VNIC_EPERM, WIN_NET_WHY_RIGHT},                              \
        {ERROR_PRIVILEGE_NOT_HELD, VNIC_EPERM, WIN_NET_WHY_RIGHT},                                 \
        {ERROR_PROC_NOT_FOUND, VNIC_ENOTSUP, WIN_NET_WHY_ABSENT},                                  \
        {ERROR_CALL_NOT_IMPLEMENTED, VNIC_ENOTSUP, WIN_NET_WHY_ABSENT},                            \
        {ERROR_NOT_SUPPORTED, VNIC_ENOTSUP, WIN_NET_WHY_FAMILY},                                   \
        {ERROR_NOT_FOUND, VNIC_ENOTSUP, WIN_NET_WHY_FAMILY},                                       \
        {ERROR_NOT_ENOUGH_MEMORY, VNIC_ENOMEM, "out of memory"},                                   \
        {ERROR_OUTOFMEMORY, VNIC_ENOMEM, "out of memory"},                                         \
        {ERROR_NO_SYSTEM_RESOURCES, VNIC_ENOMEM, "the system is out of resources"},                \
    {                                                                                              \
        0, 0, NULL                                                                                 \
    }

static const struct win_reason reasons_common[] = {WIN_NET_COMMON};

static const struct win_reason reasons_wait[] = {{ERROR_NOT_FOUND, VNIC_EOS, WIN_NET_WHY_LATE},
                                                 {ERROR_FILE_NOT_FOUND, VNIC_EOS, WIN_NET_WHY_LATE},
                                                 WIN_NET_COMMON};

/* SetIfEntry says this of stacks where the status cannot be set. */
static const struct win_reason reasons_up[] = {
    {ERROR_NOT_SUPPORTED, VNIC_ENOTSUP, "this system cannot change the state of an interface"},
    {ERROR_INVALID_PARAMETER, VNIC_EOS, "the system does not take this state"},
    WIN_NET_COMMON};

static const struct win_reason reasons_mtu[] = {
    {ERROR_INVALID_PARAMETER, VNIC_EINVAL,
     "the interface does not take this MTU: the adapter's own is the most it takes"},
    WIN_NET_COMMON};

static const struct win_reason reasons_metric[] = {
    {ERROR_INVALID_PARAMETER, VNIC_EINVAL, "the interface does not take this metric"},
    WIN_NET_COMMON};

static const struct win_reason reasons_add[] = {
    {ERROR_OBJECT_ALREADY_EXISTS, VNIC_EEXIST,
     "an interface of this computer has it already: remove it there, or choose another one"},
    {ERROR_ALREADY_EXISTS, VNIC_EEXIST,
     "an interface of this computer has it already: remove it there, or choose another one"},
    {ERROR_INVALID_PARAMETER, VNIC_EADDR, "an interface cannot have it"},
    WIN_NET_COMMON};

static const struct win_reason reasons_remove[] = {
    {ERROR_NOT_FOUND, VNIC_EADDR, "the interface does not have it"},
    {ERROR_INVALID_PARAMETER, VNIC_EADDR, "an interface cannot have it"},
    WIN_NET_COMMON};

/* Servers and one domain can be set without the function; see win_netdns.c. */
static const struct win_reason reasons_dns[] = {
    {ERROR_PROC_NOT_FOUND, VNIC_ENOTSUP,
     "Windows before 10 version 2004 knows one search domain for an interface: name only one"},
    {ERROR_INVALID_PARAMETER, VNIC_EINVAL, "the system takes no such servers or domains"},
    {ERROR_FILE_NOT_FOUND, VNIC_EOS, "the IP stack has no settings of this interface yet"},
    {ERROR_MORE_DATA, VNIC_EOS,
     "what is set there is too long to be put back if need be: remove it with the system's own "
     "tools"},
    WIN_NET_COMMON};

/* HRESULTs of COM and what HRESULT_FROM_WIN32() hides; see win_netname.c. */
static const struct win_reason reasons_name[] = {
    {ERROR_DUP_NAME, VNIC_EEXIST, "the name is taken: choose another one"},
    {ERROR_FILE_EXISTS, VNIC_EEXIST, "the name is taken: choose another one"},
    {ERROR_ALREADY_EXISTS, VNIC_EEXIST, "the name is taken: choose another one"},
    {ERROR_OBJECT_ALREADY_EXISTS, VNIC_EEXIST, "the name is taken: choose another one"},
    {ERROR_INVALID_NAME, VNIC_ENAME, "Windows takes no such name"},
    {ERROR_INVALID_PARAMETER, VNIC_ENAME, "Windows takes no such name"},
    {ERROR_NOT_FOUND, VNIC_ENOTSUP, WIN_NET_WHY_FOLDER},
    {(uint32_t)REGDB_E_CLASSNOTREG, VNIC_ENOTSUP, WIN_NET_WHY_FOLDER},
    {(uint32_t)E_NOINTERFACE, VNIC_ENOTSUP, WIN_NET_WHY_FOLDER},
    {(uint32_t)E_NOTIMPL, VNIC_ENOTSUP, WIN_NET_WHY_FOLDER},
    WIN_NET_COMMON};

/* How an operation is called in vnic_error.operation, .field and in the sentence. */
struct win_net_words {
    const char *operation;
    const char *field;
    const char *what; /* completed by the interface's name */
    const struct win_reason *reasons;
};

static const struct win_net_words win_net_words[] = {
    [WIN_NET_LOOK] = {"GetIfEntry2", NULL, "look at", reasons_common},
    [WIN_NET_LOOK_FAMILY] = {"GetIpInterfaceEntry", NULL, "look at", reasons_common},
    [WIN_NET_WAIT] = {"GetIpInterfaceEntry", NULL, "wait for", reasons_wait},
    [WIN_NET_SET_UP] = {"SetIfEntry", "up", "bring up or down", reasons_up},
    [WIN_NET_SET_MTU] = {"SetIpInterfaceEntry NlMtu", "mtu", "set the MTU of", reasons_mtu},
    [WIN_NET_SET_METRIC] = {"SetIpInterfaceEntry Metric", "metric", "set the metric of",
                            reasons_metric},
    [WIN_NET_LINK_LOCAL] = {"SetIpInterfaceEntry LinkLocal", "flags",
                            "set how link-local addresses are made for", reasons_common},
    [WIN_NET_LIST_ADDRESSES] = {"GetUnicastIpAddressTable", "addresses", "list the addresses of",
                                reasons_common},
    [WIN_NET_ADD_ADDRESS] = {"CreateUnicastIpAddressEntry", "addresses", "add an address to",
                             reasons_add},
    [WIN_NET_REMOVE_ADDRESS] = {"DeleteUnicastIpAddressEntry", "addresses", "remove an address of",
                                reasons_remove},
    [WIN_NET_SET_DNS] = {"SetInterfaceDnsSettings", "dns", "set the DNS servers of", reasons_dns},
    [WIN_NET_GET_DNS] = {"GetInterfaceDnsSettings", "dns", "read the DNS servers of", reasons_dns},
    [WIN_NET_SET_NAME] = {"INetConnection::Rename", "name", "rename", reasons_name},
    [WIN_NET_PUT_BACK] = {"CreateUnicastIpAddressEntry", NULL,
                          "put back the addresses and settings of", reasons_common},
    [WIN_NET_LIST] = {"SetupDiGetClassDevsExW", NULL, "list the adapters", reasons_common},
};

/* How much of a text a sentence quotes, so that there is room for what is to be done. */
#define WIN_NET_QUOTED 100

/* A text as far as it goes, cut where a character begins. */
static void win_net_quote(const char *text, char ret[WIN_NET_QUOTED])
{
    size_t len = strlen(text);

    if (len >= WIN_NET_QUOTED) {
        len = WIN_NET_QUOTED - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    memcpy(ret, text, len);
    ret[len] = '\0';
}

/* Whether the interface is there at all; its name for the sentence. */
static int win_net_look(struct vnic *q, char *ret_name, size_t cap)
{
    MIB_IF_ROW2 row;
    DWORD os_code;

    memset(&row, 0, sizeof row);
    row.InterfaceLuid = win_luid_of(q);
    os_code = vnic__sys_get_if_entry(&row);
    (void)snprintf(ret_name, cap, "the interface");
    if (os_code == NO_ERROR) {
        (void)vnic__win_utf8_n(row.Alias, sizeof row.Alias / sizeof row.Alias[0], ret_name, cap);
    }
    /* Anything else, no memory for one, does not say that there is none. */
    return os_code != ERROR_FILE_NOT_FOUND && os_code != ERROR_NOT_FOUND &&
           os_code != ERROR_INVALID_PARAMETER;
}

int vnic__win_net_fail(struct vnic *q, struct vnic_error *err, enum win_net_op op, DWORD os_code,
                       const char *value)
{
    const struct win_net_words *words = &win_net_words[op];
    const struct win_reason gone[] = {{os_code, VNIC_ECLOSED, WIN_NET_WHY_GONE}, {0, 0, NULL}};
    const struct win_reason *reasons = words->reasons;
    char name[WIN_NET_QUOTED] = "";
    char quoted[WIN_NET_QUOTED] = "";
    char what[3 * WIN_NET_QUOTED];
    int missing = q != NULL && !win_net_look(q, name, sizeof name) && op != WIN_NET_WAIT;

    /* Whatever was refused, with an interface that is gone that is the reason. No right is another. */
    if (missing && vnic__win_code(os_code, reasons) != VNIC_EPERM) {
        reasons = gone;
    }
    if (value != NULL) {
        win_net_quote(value, quoted);
    }
    (void)snprintf(what, sizeof what, "cannot %s%s%s%s%s%s", words->what, name[0] ? " " : "", name,
                   value != NULL ? " (\"" : "", quoted, value != NULL ? "\")" : "");
    return vnic__win_fail(err, os_code, words->operation, words->field, reasons, what);
}
