# SPDX-License-Identifier: Apache-2.0
# liburing for the io_uring engine of the Linux backend: optional, and used when a program that needs all
# that the engine needs (2.3 and later have it) links with it. Not when cross compiling, where what is
# found belongs to the machine that builds: set VNIC_URING_LIBRARY then.
set(VNIC_URING AUTO CACHE STRING "The io_uring engine: AUTO (when liburing is there), ON or OFF")
set_property(CACHE VNIC_URING PROPERTY STRINGS AUTO ON OFF)
mark_as_advanced(VNIC_URING)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND VNIC_URING AND NOT (CMAKE_CROSSCOMPILING AND VNIC_URING STREQUAL "AUTO"))
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_DEFINITIONS -D_GNU_SOURCE)
    set(CMAKE_REQUIRED_LIBRARIES uring)
    set(CMAKE_REQUIRED_QUIET ON)
    check_c_source_compiles("
        #include <liburing.h>
        int main(void)
        {
            struct io_uring ring;
            struct io_uring_sync_cancel_reg cancel = {0};
            struct io_uring_buf_reg buffers = {0};
            return io_uring_register_sync_cancel(&ring, &cancel) +
                   io_uring_register_buf_ring(&ring, &buffers, 0) + io_uring_get_events(&ring);
        }" VNIC_HAS_LIBURING)
    unset(CMAKE_REQUIRED_DEFINITIONS)
    unset(CMAKE_REQUIRED_LIBRARIES)
    unset(CMAKE_REQUIRED_QUIET)
    if(VNIC_HAS_LIBURING)
        set(VNIC_URING_LIBRARY uring)
    elseif(NOT VNIC_URING STREQUAL "AUTO")
        message(FATAL_ERROR "VNIC_URING is on, and liburing 2.3 or later was not found")
    endif()
endif()
