# SPDX-License-Identifier: Apache-2.0
# The null backend is in every build; the list of backends comes from it where the system has no own.
set(VNIC_NULL_SOURCES
    null_backend.c
)
if(NOT CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android|OHOS|Windows)$")
    list(APPEND VNIC_NULL_SOURCES null_backends.c)
endif()
# Windows has the functions of vnic/windows.h; elsewhere they say so.
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Windows")
    list(APPEND VNIC_NULL_SOURCES null_wintun.c)
endif()
