# SPDX-License-Identifier: Apache-2.0
# Which files make the library on the system CMAKE_SYSTEM_NAME with the processor CMAKE_SYSTEM_PROCESSOR. Each directory lists its own files in
# sources.cmake (paths relative to that directory); here they are only chosen, never named. Nothing but
# lists: tools read the same choice with cmake/ListSources.cmake.
#   vnic_sources          all files, absolute
#   vnic_link_libraries   what they need
#   vnic_os_definitions   macros of the files in src/os that talk to the system
# VNIC_URING_LIBRARY, when set, brings in the io_uring engine (cmake/VnicUring.cmake looks for it).

# vnic_use_sources(DIR VAR): append VAR of src/DIR/sources.cmake to vnic_sources.
macro(vnic_use_sources dir var)
    include("${PROJECT_SOURCE_DIR}/src/${dir}/sources.cmake")
    set(vnic_chosen ${${var}})
    list(TRANSFORM vnic_chosen PREPEND "${PROJECT_SOURCE_DIR}/src/${dir}/")
    list(APPEND vnic_sources ${vnic_chosen})
endmacro()

set(vnic_sources "")
set(vnic_link_libraries "")
set(vnic_os_definitions "")
vnic_use_sources(core VNIC_CORE_SOURCES)
# The processor that is compiled for. A universal binary of Apple's has several and takes what all can run.
set(vnic_processor "${CMAKE_SYSTEM_PROCESSOR}")
if(CMAKE_OSX_ARCHITECTURES)
    set(vnic_processor "${CMAKE_OSX_ARCHITECTURES}")
elseif(MSVC)
    # There CMAKE_SYSTEM_PROCESSOR is the processor that compiles.
    set(vnic_processor "${CMAKE_C_COMPILER_ARCHITECTURE_ID}")
endif()
if(CMAKE_SIZEOF_VOID_P EQUAL 4 OR CMAKE_C_COMPILER_ID STREQUAL "MSVC")
    # 32-bit programs on a 64-bit system; a compiler that does not know __attribute__.
    set(vnic_processor "")
endif()
if(vnic_processor MATCHES "^(x86_64|amd64|AMD64|x64)$")
    vnic_use_sources(core VNIC_CORE_X86_SOURCES)
elseif(vnic_processor MATCHES "^(aarch64|arm64|ARM64)$")
    vnic_use_sources(core VNIC_CORE_ARM64_SOURCES)
else()
    vnic_use_sources(core VNIC_CORE_PLAIN_SOURCES)
endif()
vnic_use_sources(os/null VNIC_NULL_SOURCES)
vnic_use_sources(os/fake VNIC_FAKE_SOURCES)
if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    vnic_use_sources(os/windows VNIC_WINDOWS_SOURCES)
    list(APPEND vnic_link_libraries ${VNIC_WINDOWS_LIBRARIES})
    # Else windows.h brings the first version of winsock along, which the second one does not tolerate.
    list(APPEND vnic_os_definitions WIN32_LEAN_AND_MEAN)
    # windows.h would bring winsock.h, which winsock2.h cannot follow; IP Helper needs the latter.
    list(APPEND vnic_os_definitions WIN32_LEAN_AND_MEAN)
else()
    vnic_use_sources(os/posix VNIC_POSIX_SOURCES)
    # Bionic and Darwin have threads inside their C library; elsewhere the name exists.
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
    if(VNIC_URING_LIBRARY)
        vnic_use_sources(os/linux VNIC_LINUX_URING_SOURCES)
        list(APPEND vnic_link_libraries uring)
    else()
        vnic_use_sources(os/linux VNIC_LINUX_NO_URING_SOURCES)
    endif()
    # The system's own names (pipe2, struct ifreq in full, …) are for OS files only; core is plain C11.
    list(APPEND vnic_os_definitions _GNU_SOURCE)
endif()
