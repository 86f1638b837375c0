# SPDX-License-Identifier: Apache-2.0
# The command-line tool. It may use libraries that the library never needs; each is optional, and
# src/cli/sources.cmake says which files come in with it and which stand in without it:
#   VNIC_CLI_SOURCES                                       always
#   VNIC_CLI_WINDOWS_SOURCES / VNIC_CLI_POSIX_SOURCES      Windows / elsewhere
#   VNIC_CLI_JSON_SOURCES / VNIC_CLI_NO_JSON_SOURCES       json-c found / not found
#   VNIC_CLI_LWIP_SOURCES / VNIC_CLI_NO_LWIP_SOURCES       lwIP found / not found
include("${PROJECT_SOURCE_DIR}/src/cli/sources.cmake" OPTIONAL)
if(MSVC)
    # It reads its options with getopt_long(), which Microsoft's C library has not.
    message(STATUS "vnic: the tool is built by mingw-w64 only; here is the library alone")
elseif(VNIC_CLI_SOURCES)
    find_path(VNIC_JSONC_INCLUDE json-c/json.h)
    find_library(VNIC_JSONC_LIBRARY json-c)
    find_path(VNIC_LWIP_INCLUDE lwip/init.h PATH_SUFFIXES lwip)
    find_library(VNIC_LWIP_LIBRARY lwip)
    mark_as_advanced(VNIC_JSONC_INCLUDE VNIC_JSONC_LIBRARY VNIC_LWIP_INCLUDE VNIC_LWIP_LIBRARY)

    add_executable(vnic_tool)
    vnic_common_options(vnic_tool)
    set_target_properties(vnic_tool PROPERTIES OUTPUT_NAME vnic
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
    # Threads of the tool's own: a shared vnic does not pass them on. Rings it has none.
    set(vnic_tool_libraries ${vnic_link_libraries})
    list(REMOVE_ITEM vnic_tool_libraries uring)
    target_link_libraries(vnic_tool PRIVATE vnic::vnic ${vnic_tool_libraries})
    set(vnic_cli_files ${VNIC_CLI_SOURCES})
    # The tool is a program of this system, not portable core.
    if(WIN32)
        list(APPEND vnic_cli_files ${VNIC_CLI_WINDOWS_SOURCES})
        target_link_libraries(vnic_tool PRIVATE ${VNIC_CLI_WINDOWS_LIBRARIES})
        if(MINGW)
            # One file that runs on its own: no DLL of the compiler's is beside it.
            target_link_options(vnic_tool PRIVATE -static)
        endif()
    else()
        list(APPEND vnic_cli_files ${VNIC_CLI_POSIX_SOURCES})
        target_compile_definitions(vnic_tool PRIVATE _GNU_SOURCE)
    endif()
    if(VNIC_JSONC_INCLUDE AND VNIC_JSONC_LIBRARY)
        list(APPEND vnic_cli_files ${VNIC_CLI_JSON_SOURCES})
        target_include_directories(vnic_tool SYSTEM PRIVATE "${VNIC_JSONC_INCLUDE}")
        target_link_libraries(vnic_tool PRIVATE "${VNIC_JSONC_LIBRARY}")
        target_compile_definitions(vnic_tool PRIVATE VNIC_CLI_JSON)
    else()
        list(APPEND vnic_cli_files ${VNIC_CLI_NO_JSON_SOURCES})
    endif()
    if(VNIC_LWIP_INCLUDE AND VNIC_LWIP_LIBRARY)
        list(APPEND vnic_cli_files ${VNIC_CLI_LWIP_SOURCES})
        target_include_directories(vnic_tool SYSTEM PRIVATE "${VNIC_LWIP_INCLUDE}")
        target_link_libraries(vnic_tool PRIVATE "${VNIC_LWIP_LIBRARY}")
        target_compile_definitions(vnic_tool PRIVATE VNIC_CLI_LWIP)
    else()
        list(APPEND vnic_cli_files ${VNIC_CLI_NO_LWIP_SOURCES})
    endif()
    list(TRANSFORM vnic_cli_files PREPEND "${PROJECT_SOURCE_DIR}/src/cli/")
    target_sources(vnic_tool PRIVATE ${vnic_cli_files})
endif()
