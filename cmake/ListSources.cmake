# SPDX-License-Identifier: Apache-2.0
# cmake -DCMAKE_SYSTEM_NAME=<system> [-DCMAKE_SYSTEM_PROCESSOR=<processor>] [-DVNIC_SYS_IO=libc] -P cmake/ListSources.cmake
# The files of the library on that system, one a line, relative to the top; for tools. The processor is
# this machine's if none is named.
if(NOT CMAKE_SYSTEM_PROCESSOR)
    cmake_host_system_information(RESULT CMAKE_SYSTEM_PROCESSOR QUERY OS_PLATFORM)
endif()
get_filename_component(PROJECT_SOURCE_DIR "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/VnicSources.cmake")
foreach(vnic_file IN LISTS vnic_sources)
    file(RELATIVE_PATH vnic_file "${PROJECT_SOURCE_DIR}" "${vnic_file}")
    execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "${vnic_file}")
endforeach()
