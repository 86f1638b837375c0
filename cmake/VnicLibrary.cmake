# SPDX-License-Identifier: Apache-2.0
# The library. Every file is compiled once, position independent and with hidden visibility, into
# object libraries; `vnic` (shared or static) and `vnic_testing` (static, for tests that look inside)
# are made of the same objects, so what is tested is what is shipped.

# vnic_add_objects(NAME SOURCES…): an object library with the options that all our C code shares.
function(vnic_add_objects name)
    add_library(${name} OBJECT ${ARGN})
    vnic_common_options(${name})
    target_compile_definitions(${name} PRIVATE VNIC_BUILDING)
endfunction()

# vnic_common_options(NAME): how C code of the library, the tool and the tests' C parts is compiled.
function(vnic_common_options name)
    set_target_properties(${name} PROPERTIES
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
        C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
    target_include_directories(${name}
        PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
        PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:C>:${VNIC_C_WARNINGS}>)
    if(CMAKE_C_COMPILER_ID STREQUAL "MSVC")
        # C11's atomics are behind a switch there (Visual Studio 2022 17.5 and later); the files are UTF-8.
        target_compile_options(${name} PRIVATE /experimental:c11atomics /utf-8)
    endif()
endfunction()

# What a fault injector replaces stands apart: the doors to the system (win_services.c is one of its own
# kind), and the allocator.
set(vnic_door_sources ${vnic_sources})
list(FILTER vnic_door_sources INCLUDE REGEX "/(linux|win)_sys[a-z_]*\\.c$")
set(vnic_services_sources ${vnic_sources})
list(FILTER vnic_services_sources INCLUDE REGEX "/win_services\\.c$")
set(vnic_alloc_sources ${vnic_sources})
list(FILTER vnic_alloc_sources INCLUDE REGEX "/core/alloc\\.c$")
set(vnic_plain_sources ${vnic_sources})
list(REMOVE_ITEM vnic_plain_sources
    ${vnic_door_sources} ${vnic_services_sources} ${vnic_alloc_sources})

set(vnic_os_sources ${vnic_sources})
list(FILTER vnic_os_sources INCLUDE REGEX "/src/os/(posix|linux|windows)/")
if(vnic_os_sources AND vnic_os_definitions)
    set_source_files_properties(${vnic_os_sources} PROPERTIES COMPILE_DEFINITIONS "${vnic_os_definitions}")
endif()

set(vnic_objects "")
foreach(vnic_group IN ITEMS plain door services alloc)
    if(vnic_${vnic_group}_sources)
        vnic_add_objects(vnic_${vnic_group}_objects ${vnic_${vnic_group}_sources})
        if(NOT BUILD_SHARED_LIBS)
            target_compile_definitions(vnic_${vnic_group}_objects PRIVATE VNIC_STATIC)
        endif()
        list(APPEND vnic_objects $<TARGET_OBJECTS:vnic_${vnic_group}_objects>)
    endif()
endforeach()

# vnic_add_library(NAME KIND): one library that people link, of the objects above.
function(vnic_add_library name kind)
    add_library(${name} ${kind} ${vnic_objects})
    add_library(vnic::${name} ALIAS ${name})
    set_target_properties(${name} PROPERTIES
        OUTPUT_NAME vnic LINKER_LANGUAGE C EXPORT_NAME ${name}
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    target_include_directories(${name} INTERFACE
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
        "$<INSTALL_INTERFACE:include>")
    target_link_libraries(${name} PRIVATE ${vnic_link_libraries})
    get_target_property(type ${name} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
        target_compile_definitions(${name} INTERFACE VNIC_STATIC)
    elseif(CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android|OHOS|FreeBSD|NetBSD|OpenBSD|DragonFly)$")
        target_link_options(${name} PRIVATE
            "LINKER:--version-script=${PROJECT_SOURCE_DIR}/src/vnic.map")
        set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${PROJECT_SOURCE_DIR}/src/vnic.map")
    endif()
endfunction()

vnic_add_library(vnic "") # the kind follows BUILD_SHARED_LIBS
if(VNIC_BUILD_BOTH)
    if(BUILD_SHARED_LIBS)
        vnic_add_library(vnic_static STATIC)
    else()
        vnic_add_library(vnic_shared SHARED)
    endif()
endif()
