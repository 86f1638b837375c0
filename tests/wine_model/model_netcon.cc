/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to the folder of network connections: each interface is one connection, and renaming it is
 * what the folder's window does. Rules: INetConnectionManager, INetConnection (netcon.h) in the Windows
 * documentation.
 */
#include "model_machine.h"

#include <cstdlib>

#include "fault_models.h"
#include "model_registry.h"

namespace model
{
namespace
{

/* Stands for each COM object of the door. */
struct Object {
    std::vector<InterfacePtr> connections; /* of an enumeration */
    size_t next = 0;
    InterfacePtr iface; /* of a connection */
};

Object *new_object()
{
    auto *o = new Object;
    hold("com object", o);
    return o;
}

WCHAR *copy_name(const std::wstring &text)
{
    auto *out = static_cast<WCHAR *>(calloc(text.size() + 1, sizeof(WCHAR)));
    wcscpy(out, text.c_str());
    return out;
}

}
}

using namespace model;

HRESULT vnic__model_com_begin(void)
{
    hold("com", nullptr);
    return S_OK;
}

void vnic__model_com_end(void)
{
    drop("com", nullptr);
}

HRESULT vnic__model_connections_open(INetConnectionManager **ret_manager)
{
    if (!is_held("com", nullptr))
        return CO_E_NOTINITIALIZED;
    *ret_manager = reinterpret_cast<INetConnectionManager *>(new_object());
    return S_OK;
}

HRESULT vnic__model_connections_enum(INetConnectionManager *manager, IEnumNetConnection **ret_all)
{
    Hold guard(lock());
    (void)manager;
    Object *all = new_object();
    all->connections.assign(interfaces().begin(), interfaces().end());
    *ret_all = reinterpret_cast<IEnumNetConnection *>(all);
    return S_OK;
}

HRESULT vnic__model_connections_next(IEnumNetConnection *all, INetConnection **ret_connection)
{
    auto *list = reinterpret_cast<Object *>(all);
    if (list->next >= list->connections.size())
        return S_FALSE;
    Object *connection = new_object();
    connection->iface = list->connections[list->next++];
    *ret_connection = reinterpret_cast<INetConnection *>(connection);
    return S_OK;
}

HRESULT vnic__model_connection_properties(INetConnection *connection, NETCON_PROPERTIES **ret)
{
    const InterfacePtr &i = reinterpret_cast<Object *>(connection)->iface;
    auto *properties = static_cast<NETCON_PROPERTIES *>(calloc(1, sizeof(NETCON_PROPERTIES)));
    properties->guidId = i->guid;
    properties->pszwName = copy_name(i->name);
    properties->pszwDeviceName = copy_name(i->description);
    hold("properties", properties);
    *ret = properties;
    return S_OK;
}

void vnic__model_connection_free(NETCON_PROPERTIES *properties)
{
    drop("properties", properties);
    free(properties->pszwName);
    free(properties->pszwDeviceName);
    free(properties);
}

/* Another connection has the name: the number of ERROR_DUP_NAME as an HRESULT. */
HRESULT vnic__model_connection_rename(INetConnection *connection, const wchar_t *name)
{
    Hold guard(lock());
    const InterfacePtr &i = reinterpret_cast<Object *>(connection)->iface;
    InterfacePtr other = find(std::wstring(name));
    if (i->gone)
        return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    if (other != nullptr && other != i)
        return HRESULT_FROM_WIN32(ERROR_DUP_NAME);
    i->name = name;
    write_interface_keys(*i);
    return S_OK;
}

void vnic__model_com_release(void *object)
{
    drop("com object", object);
    delete static_cast<Object *>(object);
}
