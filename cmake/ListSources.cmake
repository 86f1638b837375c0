# SPDX-License-Identifier: Apache-2.0
# cmake -DCMAKE_SYSTEM_NAME=<system> [-DVNIC_SYS_IO=libc] -P cmake/ListSources.cmake
# The files of the library on that system, one a line, relative to the top; for tools.
get_filename_component(PROJECT_SOURCE_DIR "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/VnicSources.cmake")
foreach(vnic_file IN LISTS vnic_sources)
    file(RELATIVE_PATH vnic_file "${PROJECT_SOURCE_DIR}" "${vnic_file}")
    execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "${vnic_file}")
endforeach()
