/* SPDX-License-Identifier: Apache-2.0 */
/* The test TAP driver: the driver and its adapters. See tap_double.h. */
#include "tap_double.h"

#define TAP_CLASS L"{4D36E972-E325-11CE-BFC1-08002BE10318}"
#define TAP_NETWORK L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\Network\\" TAP_CLASS
#define LX_GETRANDOM 318

static uint32_t text_len(const WCHAR *s)
{
    uint32_t n = 0;

    while (s[n] != 0) {
        n++;
    }
    return n;
}

/* Appends to a text that has room for cap units. */
static void text_add(WCHAR *text, uint32_t cap, const WCHAR *more)
{
    uint32_t at = text_len(text);

    for (; *more != 0 && at + 1 < cap; more++) {
        text[at++] = *more;
    }
    text[at] = 0;
}

static WCHAR text_hex(uint32_t digit)
{
    return (WCHAR)("0123456789ABCDEF"[digit & 15]);
}

/* ---- The registry: what Windows' class installer for networks writes ---------------------------- */

static NTSTATUS key_value(HANDLE key, const WCHAR *name, ULONG type, const void *data, ULONG len)
{
    UNICODE_STRING n;

    RtlInitUnicodeString(&n, name);
    return ZwSetValueKey(key, &n, 0, type, (void *)(uintptr_t)data, len);
}

static NTSTATUS key_text(HANDLE key, const WCHAR *name, const WCHAR *text)
{
    return key_value(key, name, REG_SZ, text, (text_len(text) + 1) * sizeof *text);
}

/* The text of a value, cut to cap units; 0: there is none. */
static uint32_t key_read(HANDLE key, const WCHAR *name, WCHAR *ret, uint32_t cap)
{
    union {
        KEY_VALUE_PARTIAL_INFORMATION info;
        uint8_t room[600];
    } value;
    UNICODE_STRING n;
    ULONG got;
    uint32_t units;

    RtlInitUnicodeString(&n, name);
    if (ZwQueryValueKey(key, &n, KeyValuePartialInformation, &value, sizeof value, &got) != 0 ||
        value.info.Type != REG_SZ) {
        return 0;
    }
    units = value.info.DataLength / (uint32_t)sizeof(WCHAR);
    units = units < cap ? units : cap - 1;
    RtlCopyMemory(ret, value.info.Data, units * sizeof(WCHAR));
    ret[units] = 0;
    return text_len(ret);
}

/* Creates a key, whose parent is there. */
static HANDLE key_create(HANDLE parent, const WCHAR *path)
{
    OBJECT_ATTRIBUTES at;
    UNICODE_STRING name;
    HANDLE key = NULL;

    RtlInitUnicodeString(&name, path);
    InitializeObjectAttributes(&at, &name, OBJ_CASE_INSENSITIVE, parent, NULL);
    return ZwCreateKey(&key, KEY_ALL_ACCESS, &at, 0, NULL, 0, NULL) == STATUS_SUCCESS ? key : NULL;
}

/* The adapter's name: that of Control\Network, or a new "Ethernet 2", "Ethernet 3", … */
static void tap_name_adapter(struct tap_adapter *a)
{
    HANDLE parts[4] = {NULL, NULL, NULL, NULL};
    WCHAR name[128] = L"Ethernet 2", digit[2] = L"2";

    parts[0] =
        key_create(NULL, L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\Network");
    parts[1] = parts[0] != NULL ? key_create(parts[0], TAP_CLASS) : NULL;
    parts[2] = parts[1] != NULL ? key_create(parts[1], a->guid) : NULL;
    parts[3] = parts[2] != NULL ? key_create(parts[2], L"Connection") : NULL;
    if (parts[3] != NULL && key_read(parts[3], L"Name", name, 128) == 0) {
        /* Linux knows which names are taken. */
        for (int i = 2; i < 100; i++) {
            name[9] = 0;
            if (i >= 10) {
                digit[0] = (WCHAR)(L'0' + i / 10);
                text_add(name, 128, digit);
            }
            digit[0] = (WCHAR)(L'0' + i % 10);
            text_add(name, 128, digit);
            double_ifname((const uint16_t *)name, a->ifname);
            if (lx_if_index(a->ifname) < 0) {
                break;
            }
        }
        (void)key_text(parts[3], L"Name", name);
    }
    double_ifname((const uint16_t *)name, a->ifname);
    for (int i = 3; i >= 0; i--) {
        if (parts[i] != NULL) {
            (void)ZwClose(parts[i]);
        }
    }
}

/* A GUID for a new adapter; an old one has it. */
static void tap_identify(struct tap_adapter *a, HANDLE key)
{
    uint8_t random[16];
    uint32_t at = 0;

    if (key_read(key, L"NetCfgInstanceId", a->guid, 40) == 38) {
        return;
    }
    (void)lx_call3(LX_GETRANDOM, (intptr_t)random, sizeof random, 0);
    a->guid[at++] = '{';
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            a->guid[at++] = '-';
        }
        a->guid[at++] = text_hex(random[i] >> 4);
        a->guid[at++] = text_hex(random[i]);
    }
    a->guid[at++] = '}';
    a->guid[at] = 0;
}

static uint32_t hex_value(WCHAR c)
{
    return c <= '9' ? (uint32_t)(c - '0') : ((uint32_t)c | 0x20u) - 'a' + 10;
}

/* 00-FF and four bytes of the GUID (src/macinfo.c), unless the parameter "MAC" names another. */
static void tap_choose_mac(struct tap_adapter *a, HANDLE key)
{
    WCHAR text[32];
    uint32_t at = 0, digits = 0;

    a->mac[0] = 0;
    a->mac[1] = 0xFF;
    for (int i = 0; i < 4; i++) {
        a->mac[2 + i] =
            (uint8_t)(hex_value(a->guid[1 + 2 * i]) << 4 | hex_value(a->guid[2 + 2 * i]));
    }
    if (key_read(key, L"MAC", text, 32) >= 12 || key_read(key, L"NetworkAddress", text, 32) >= 12) {
        for (; text[at] != 0 && digits < 12; at++) {
            if (text[at] != '-' && text[at] != ':') {
                uint8_t *byte = &a->mac[digits / 2];

                *byte = (uint8_t)(*byte << 4 | hex_value(text[at]));
                digits++;
            }
        }
    }
}

static void tap_choose_mtu(struct tap_adapter *a, HANDLE key)
{
    WCHAR text[16];

    a->mtu = 1500;
    if (key_read(key, L"MTU", text, 16) > 0) {
        a->mtu = 0;
        for (int i = 0; text[i] >= '0' && text[i] <= '9'; i++) {
            a->mtu = a->mtu * 10 + (uint32_t)(text[i] - '0');
        }
    }
}

/* ---- Start and end of an adapter ---------------------------------------------------------------- */

static void tap_write_parameters(struct tap_adapter *a)
{
    struct lx_ifreq r = lx_request(a->ifname);

    r.u.bytes[0] = 1; /* ARPHRD_ETHER */
    RtlCopyMemory(r.u.bytes + 2, a->mac, 6);
    (void)lx_if_ioctl(LX_SIOCSIFHWADDR, &r);
    r = lx_request(a->ifname);
    r.u.number = (int32_t)a->mtu;
    (void)lx_if_ioctl(LX_SIOCSIFMTU, &r);
}

static int tap_make_interface(struct tap_adapter *a)
{
    a->tap = lx_tun_open(a->ifname, LX_IFF_TAP);
    if (a->tap < 0) {
        return 0;
    }
    a->ifindex = lx_if_index(a->ifname);
    tap_write_parameters(a);
    a->stop_fd = lx_eventfd();
    return a->ifindex > 0 && a->stop_fd >= 0;
}

static NTSTATUS tap_make_device(struct tap_adapter *a, DRIVER_OBJECT *driver)
{
    WCHAR name[80] = L"\\Device\\";
    UNICODE_STRING n;
    NTSTATUS rc;

    text_add(name, 80, a->guid);
    text_add(name, 80, L".tap");
    RtlInitUnicodeString(&n, name);
    rc = IoCreateDevice(driver, sizeof(struct tap_extension), &n, FILE_DEVICE_UNKNOWN, 0, FALSE,
                        &a->control);
    if (rc != STATUS_SUCCESS) {
        return rc;
    }
    ((struct tap_extension *)a->control->DeviceExtension)->adapter = a;
    ((struct tap_extension *)a->control->DeviceExtension)->is_control = 1;
    a->control->Flags |= DO_BUFFERED_IO;
    a->link.Buffer = ExAllocatePoolWithTag(NonPagedPool, 160, 0x63696e76);
    if (a->link.Buffer == NULL) {
        return STATUS_NO_MEMORY;
    }
    a->link.Buffer[0] = 0;
    text_add(a->link.Buffer, 80, L"\\DosDevices\\Global\\");
    text_add(a->link.Buffer, 80, a->guid);
    text_add(a->link.Buffer, 80, L".tap");
    a->link.Length = (USHORT)(text_len(a->link.Buffer) * sizeof(WCHAR));
    a->link.MaximumLength = 160;
    rc = IoCreateSymbolicLink(&a->link, &n);
    a->control->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return rc;
}

/* What tells the adapter to whoever looks into the registry; last, for it says that all is there. */
static void tap_register(struct tap_adapter *a, HANDLE key)
{
    /* Wine's LUID of a Linux interface: its type, and its number (dlls/nsiproxy.sys/ndis.c). */
    ULONG type = 6, index = (ULONG)a->ifindex;

    (void)key_text(key, L"ComponentId", L"tap0901");
    (void)key_value(key, L"*IfType", REG_DWORD, &type, sizeof type);
    (void)key_value(key, L"NetLuidIndex", REG_DWORD, &index, sizeof index);
    (void)key_text(key, L"NetCfgInstanceId", a->guid);
}

static void tap_end(struct tap_adapter *a)
{
    a->gone = 1;
    if (a->link.Buffer != NULL) {
        (void)IoDeleteSymbolicLink(&a->link);
        ExFreePoolWithTag(a->link.Buffer, 0x63696e76);
        a->link.Buffer = NULL;
    }
    tap_stop_thread(a);
    tap_flush(a);
    if (a->tap >= 0) {
        lx_close(a->tap);
        a->tap = -1;
    }
    if (a->stop_fd >= 0) {
        lx_close(a->stop_fd);
        a->stop_fd = -1;
    }
    if (a->control != NULL) {
        IoDeleteDevice(a->control);
        a->control = NULL;
    }
}

static NTSTATUS tap_start(DEVICE_OBJECT *device)
{
    struct tap_adapter *a = tap_adapter_of(device);
    HANDLE key = NULL;
    NTSTATUS rc = IoOpenDeviceRegistryKey(a->pdo, PLUGPLAY_REGKEY_DRIVER, KEY_ALL_ACCESS, &key);

    if (rc != STATUS_SUCCESS) {
        return rc;
    }
    tap_identify(a, key);
    tap_choose_mac(a, key);
    tap_choose_mtu(a, key);
    tap_name_adapter(a);
    rc = STATUS_UNSUCCESSFUL;
    a->gone = 0;
    if (tap_make_interface(a) && tap_start_thread(a)) {
        rc = tap_make_device(a, device->DriverObject);
    }
    if (rc == STATUS_SUCCESS) {
        tap_register(a, key);
    } else {
        tap_end(a);
    }
    (void)ZwClose(key);
    return rc;
}

/* ---- Requests of the system --------------------------------------------------------------------- */

static NTSTATUS NTAPI tap_pnp(DEVICE_OBJECT *device, IRP *irp)
{
    struct tap_adapter *a = tap_adapter_of(device);
    UCHAR minor = IoGetCurrentIrpStackLocation(irp)->MinorFunction;
    DEVICE_OBJECT *below = a->below;
    NTSTATUS rc;

    if (minor == IRP_MN_START_DEVICE) {
        /* The bus has nothing to do for a device that is only software; it need not be asked first. */
        rc = tap_start(device);
        if (rc != STATUS_SUCCESS) {
            return tap_done(irp, rc, 0);
        }
    } else if (minor == IRP_MN_SURPRISE_REMOVAL || minor == IRP_MN_REMOVE_DEVICE) {
        tap_end(a);
    }
    IoSkipCurrentIrpStackLocation(irp);
    rc = IoCallDriver(below, irp);
    if (minor == IRP_MN_REMOVE_DEVICE) {
        IoDetachDevice(below);
        IoDeleteDevice(device);
        ExFreePoolWithTag(a, 0x63696e76);
    }
    return rc;
}

/* The driver reads its parameters when Windows starts the adapter anew. Wine does not restart devices: so
 * they are read again when somebody opens it, which is what follows a restart. */
static void tap_read_again(struct tap_adapter *a)
{
    uint32_t mtu = a->mtu;
    uint8_t mac[6];
    HANDLE key = NULL;

    RtlCopyMemory(mac, a->mac, 6);
    if (IoOpenDeviceRegistryKey(a->pdo, PLUGPLAY_REGKEY_DRIVER, KEY_READ, &key) != STATUS_SUCCESS) {
        return;
    }
    tap_choose_mac(a, key);
    tap_choose_mtu(a, key);
    (void)ZwClose(key);
    if (mtu != a->mtu || RtlCompareMemory(mac, a->mac, 6) != 6) {
        tap_write_parameters(a);
    }
}

static NTSTATUS NTAPI tap_create(DEVICE_OBJECT *device, IRP *irp)
{
    struct tap_adapter *a = tap_adapter_of(device);
    FILE_OBJECT *file = IoGetCurrentIrpStackLocation(irp)->FileObject;

    if (a->user != NULL || a->gone) {
        return tap_done(irp, STATUS_UNSUCCESSFUL, 0);
    }
    tap_read_again(a);
    a->user = file;
    a->tun = 0;
    return tap_done(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI tap_cleanup(DEVICE_OBJECT *device, IRP *irp)
{
    struct tap_adapter *a = tap_adapter_of(device);

    if (a->user == IoGetCurrentIrpStackLocation(irp)->FileObject) {
        tap_set_media(a, 0);
        a->tun = 0;
    }
    return tap_done(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI tap_close(DEVICE_OBJECT *device, IRP *irp)
{
    struct tap_adapter *a = tap_adapter_of(device);

    if (a->user == IoGetCurrentIrpStackLocation(irp)->FileObject) {
        a->user = NULL;
    }
    return tap_done(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI tap_add_device(DRIVER_OBJECT *driver, DEVICE_OBJECT *pdo)
{
    struct tap_adapter *a = ExAllocatePoolWithTag(NonPagedPool, sizeof *a, 0x63696e76);
    DEVICE_OBJECT *device;
    NTSTATUS rc;

    if (a == NULL) {
        return STATUS_NO_MEMORY;
    }
    RtlZeroMemory(a, sizeof *a);
    a->tap = a->stop_fd = -1;
    a->pdo = pdo;
    KeInitializeSpinLock(&a->lock);
    InitializeListHead(&a->reads);
    InitializeListHead(&a->frames);
    rc = IoCreateDevice(driver, sizeof(struct tap_extension), NULL, FILE_DEVICE_NETWORK, 0, FALSE,
                        &device);
    if (rc != STATUS_SUCCESS) {
        ExFreePoolWithTag(a, 0x63696e76);
        return rc;
    }
    ((struct tap_extension *)device->DeviceExtension)->adapter = a;
    a->below = IoAttachDeviceToDeviceStack(device, pdo);
    device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static void NTAPI tap_unload(DRIVER_OBJECT *driver)
{
    (void)driver;
}

NTSTATUS NTAPI DriverEntry(DRIVER_OBJECT *driver, UNICODE_STRING *path)
{
    (void)path;
    driver->DriverExtension->AddDevice = tap_add_device;
    driver->DriverUnload = tap_unload;
    driver->MajorFunction[IRP_MJ_PNP] = tap_pnp;
    driver->MajorFunction[IRP_MJ_CREATE] = tap_create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = tap_cleanup;
    driver->MajorFunction[IRP_MJ_CLOSE] = tap_close;
    driver->MajorFunction[IRP_MJ_READ] = tap_read;
    driver->MajorFunction[IRP_MJ_WRITE] = tap_write;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = tap_control;
    return STATUS_SUCCESS;
}
