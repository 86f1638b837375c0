/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doors to kernel32. Events, timers, threads and waiting are the real ones, counted; modules and
 * files are those of struct Kernel.
 */
#include "model_kernel.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "fault_models.h"
#include "model_wintun.h"

namespace model
{
namespace
{

Kernel machine;
/* The modules that are loaded, by the path; a handle is the address of the path. */
std::set<std::wstring> modules;

/* winver.h, VS_VERSIONINFO with its VS_FIXEDFILEINFO and no children. */
struct Resource {
    WORD len, value_len, type;
    WCHAR key[16];
    WORD padding;
    VS_FIXEDFILEINFO fixed;
};
Resource resource;

HANDLE counted(const char *kind, HANDLE handle)
{
    if (handle != nullptr)
        hold(kind, handle);
    return handle;
}

bool is_file(const std::wstring &path)
{
    return std::any_of(
        machine.files.begin(), machine.files.end(),
        [&path](const std::wstring &file) { return _wcsicmp(file.c_str(), path.c_str()) == 0; });
}

/* As GetModuleFileNameW: what does not fit is cut, and the result is then cap. */
DWORD copy_path(const std::wstring &path, wchar_t *ret, DWORD cap, DWORD too_little)
{
    if (path.size() + 1 > cap)
        return too_little;
    wcscpy(ret, path.c_str());
    return static_cast<DWORD>(path.size());
}

}

Kernel &kernel()
{
    return machine;
}

}

using namespace model;

/* ---- Events, timers, threads --------------------------------------------------------------------- */

HANDLE vnic__model_create_event(BOOL manual_reset, BOOL is_set)
{
    return counted("event", vnic__real_create_event(manual_reset, is_set));
}

HANDLE vnic__model_create_timer(DWORD flags)
{
    return counted("timer", vnic__real_create_timer(flags));
}

HANDLE vnic__model_create_thread(LPTHREAD_START_ROUTINE run, void *arg)
{
    return counted("thread", vnic__real_create_thread(run, arg));
}

BOOL vnic__model_close_handle(HANDLE handle)
{
    for (const char *kind : {"timer", "thread"})
        if (is_held(kind, handle)) {
            drop(kind, handle);
            return vnic__real_close_handle(handle);
        }
    drop("event", handle);
    return vnic__real_close_handle(handle);
}

/* ---- Modules ------------------------------------------------------------------------------------- */

DWORD vnic__model_program_path(wchar_t *ret, DWORD cap)
{
    return copy_path(machine.program, ret, cap, cap);
}

DWORD vnic__model_system_directory(wchar_t *ret, DWORD cap)
{
    return copy_path(machine.system, ret, cap, static_cast<DWORD>(machine.system.size()) + 1);
}

DWORD vnic__model_file_attributes(const wchar_t *path)
{
    if (is_file(path))
        return FILE_ATTRIBUTE_NORMAL;
    SetLastError(ERROR_FILE_NOT_FOUND);
    return INVALID_FILE_ATTRIBUTES;
}

HMODULE vnic__model_load_library(const wchar_t *path, DWORD flags)
{
    (void)flags;
    Hold guard(lock());
    if (wcslen(path) < 3 || path[1] != L':' || path[2] != L'\\')
        mistake("a module is loaded by a path that is not absolute: " + narrow(path));
    if (!is_file(path)) {
        SetLastError(ERROR_MOD_NOT_FOUND);
        return nullptr;
    }
    const void *module = &*modules.insert(path).first;
    hold("module", module);
    return static_cast<HMODULE>(const_cast<void *>(module));
}

void vnic__model_free_library(HMODULE module)
{
    drop("module", module);
}

FARPROC vnic__model_get_proc(HMODULE module, const char *name)
{
    if (!is_held("module", module))
        mistake(std::string(name) + " is looked for in a module that is not loaded");
    FARPROC found = wintun_entry(name);
    if (found == nullptr)
        SetLastError(ERROR_PROC_NOT_FOUND);
    return found;
}

const void *vnic__model_version_resource(HMODULE module, DWORD *ret_size)
{
    static const WCHAR key[16] = L"VS_VERSION_INFO";
    const uint16_t *v = machine.version;
    (void)module;
    if (!machine.has_version) {
        SetLastError(ERROR_RESOURCE_DATA_NOT_FOUND);
        return nullptr;
    }
    memset(&resource, 0, sizeof resource);
    resource.len = sizeof resource;
    resource.value_len = sizeof resource.fixed;
    memcpy(resource.key, key, sizeof key);
    resource.fixed.dwSignature = 0xFEEF04BD; /* VS_FFI_SIGNATURE */
    resource.fixed.dwFileVersionMS = static_cast<DWORD>(v[0]) << 16 | v[1];
    resource.fixed.dwFileVersionLS = static_cast<DWORD>(v[2]) << 16 | v[3];
    *ret_size = sizeof resource;
    return &resource;
}

int vnic__model_is_elevated(void)
{
    return machine.elevated;
}
