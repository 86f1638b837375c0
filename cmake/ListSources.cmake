# SPDX-License-Identifier: Apache-2.0
# cmake -DCMAKE_SYSTEM_NAME=<system> [-DCMAKE_SYSTEM_PROCESSOR=<processor>] [-DVNIC_SYS_IO=libc]
#       [-DVNIC_LIST_TOOL=ON] -P cmake/ListSources.cmake
# The files of the library on that system, one a line, relative to the top, then the libraries it needs, each
# as "-l<name>"; for tools. With VNIC_LIST_TOOL also those of the tool without its optional libraries. The
# processor is this machine's if none is named.
if(NOT CMAKE_SYSTEM_PROCESSOR)
    cmake_host_system_information(RESULT CMAKE_SYSTEM_PROCESSOR QUERY OS_PLATFORM)
endif()
get_filename_component(PROJECT_SOURCE_DIR "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/VnicSources.cmake")
if(VNIC_LIST_TOOL)
    include("${PROJECT_SOURCE_DIR}/src/cli/sources.cmake")
    set(vnic_cli_files ${VNIC_CLI_SOURCES} ${VNIC_CLI_NO_JSON_SOURCES} ${VNIC_CLI_NO_LWIP_SOURCES})
    if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
        list(APPEND vnic_cli_files ${VNIC_CLI_WINDOWS_SOURCES})
        list(APPEND vnic_link_libraries ${VNIC_CLI_WINDOWS_LIBRARIES})
    else()
        list(APPEND vnic_cli_files ${VNIC_CLI_POSIX_SOURCES})
    endif()
    list(TRANSFORM vnic_cli_files PREPEND "${PROJECT_SOURCE_DIR}/src/cli/")
    list(APPEND vnic_sources ${vnic_cli_files})
endif()
set(vnic_lines "")
foreach(vnic_file IN LISTS vnic_sources)
    file(RELATIVE_PATH vnic_file "${PROJECT_SOURCE_DIR}" "${vnic_file}")
    list(APPEND vnic_lines "${vnic_file}")
endforeach()
foreach(vnic_library IN LISTS vnic_link_libraries)
    list(APPEND vnic_lines "-l${vnic_library}")
endforeach()
# message() writes to standard error only. One process for all lines, for many ask for many systems.
list(JOIN vnic_lines "\n" vnic_lines)
execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "${vnic_lines}")
