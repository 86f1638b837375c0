# SPDX-License-Identifier: Apache-2.0
# Which files make the library on this system. Each directory lists its own files in sources.cmake
# (paths relative to that directory); here they are only chosen, never named.

# vnic_use_sources(DIR VAR): append VAR of src/DIR/sources.cmake, as absolute paths, to vnic_sources.
macro(vnic_use_sources dir var)
    include("${PROJECT_SOURCE_DIR}/src/${dir}/sources.cmake" OPTIONAL)
    set(vnic_chosen ${${var}})
    list(TRANSFORM vnic_chosen PREPEND "${PROJECT_SOURCE_DIR}/src/${dir}/")
    foreach(vnic_file IN LISTS vnic_chosen)
        if(EXISTS "${vnic_file}")
            list(APPEND vnic_sources "${vnic_file}")
        else()
            message(WARNING "listed but not there yet: ${vnic_file}")
            set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${vnic_file}")
        endif()
    endforeach()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
        "${PROJECT_SOURCE_DIR}/src/${dir}/sources.cmake")
endmacro()

set(vnic_sources "")
set(vnic_link_libraries "")
set(vnic_os_definitions "")
vnic_use_sources(core VNIC_CORE_SOURCES)
vnic_use_sources(os/null VNIC_NULL_SOURCES)
vnic_use_sources(os/fake VNIC_FAKE_SOURCES)
if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    vnic_use_sources(os/windows VNIC_WINDOWS_SOURCES)
    list(APPEND vnic_link_libraries ${VNIC_WINDOWS_LIBRARIES})
else()
    vnic_use_sources(os/posix VNIC_POSIX_SOURCES)
    # Bionic, Darwin and the newer C libraries have threads inside; the name exists on all but Bionic.
    if(NOT CMAKE_SYSTEM_NAME MATCHES "^(Android|OHOS|Darwin|iOS|tvOS|visionOS|watchOS)$")
        list(APPEND vnic_link_libraries pthread)
    endif()
endif()
if(CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android|OHOS)$")
    vnic_use_sources(os/linux VNIC_LINUX_SOURCES)
    if(VNIC_SYS_IO STREQUAL "libc")
        list(FILTER vnic_sources EXCLUDE REGEX "/linux_sys_io_raw\\.c$")
    else()
        list(FILTER vnic_sources EXCLUDE REGEX "/linux_sys_io_libc\\.c$")
    endif()
    # The system's own names (pipe2, struct ifreq in full, …) are for OS files only; core is plain C11.
    list(APPEND vnic_os_definitions _GNU_SOURCE)
endif()

# What a fault injector replaces: the doors to the system, and the allocator.
set(vnic_door_sources ${vnic_sources})
list(FILTER vnic_door_sources INCLUDE REGEX "/linux_sys[a-z_]*\\.c$")
set(vnic_alloc_sources ${vnic_sources})
list(FILTER vnic_alloc_sources INCLUDE REGEX "/core/alloc\\.c$")
set(vnic_plain_sources ${vnic_sources})
if(vnic_plain_sources)
    list(REMOVE_ITEM vnic_plain_sources ${vnic_door_sources} ${vnic_alloc_sources})
endif()

set(vnic_os_sources ${vnic_sources})
list(FILTER vnic_os_sources INCLUDE REGEX "/src/os/(posix|linux|windows)/")
if(vnic_os_sources AND vnic_os_definitions)
    set_source_files_properties(${vnic_os_sources} PROPERTIES COMPILE_DEFINITIONS "${vnic_os_definitions}")
endif()
