# SPDX-License-Identifier: Apache-2.0
# What every Unix shares.
set(VNIC_POSIX_SOURCES
    posix_sys.c
)
# Apple's condition variables know no monotonic clock.
if(CMAKE_SYSTEM_NAME MATCHES "^(Darwin|iOS|tvOS|watchOS|visionOS)$")
    list(APPEND VNIC_POSIX_SOURCES posix_sys_cond_relative.c)
else()
    list(APPEND VNIC_POSIX_SOURCES posix_sys_cond.c)
endif()
# Linux has eventfd and epoll (os/linux/linux_signal.c); the others here all have kqueue.
if(NOT CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android|OHOS)$")
    list(APPEND VNIC_POSIX_SOURCES posix_sys_signal.c posix_sys_kqueue.c)
endif()
