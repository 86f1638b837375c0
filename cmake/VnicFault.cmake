# SPDX-License-Identifier: Apache-2.0
# The library with two parts replaced, for the fault sweep: every call through the door to the system
# asks vnic__fault_hit() first, and the allocator can fail the n-th time. All other objects are the
# shipped ones. The wrappers are generated from the door's headers, so that the list is complete.
# On Windows what is behind the doors is replaced too, by the models of tests/wine_model.
find_package(Python3 COMPONENTS Interpreter)
set(vnic_fault_models "")
if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    file(GLOB vnic_door_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/os/windows/win_sys*.h")
    file(GLOB vnic_fault_models CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/wine_model/model_*.cc")
    set(vnic_fault_system --system windows --models ${vnic_fault_models} --)
else()
    file(GLOB vnic_door_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/os/linux/linux_sys*.h")
    set(vnic_fault_system --)
endif()
if(NOT VNIC_URING_LIBRARY)
    list(FILTER vnic_door_headers EXCLUDE REGEX "/linux_sys_uring\\.h$")
endif()
if(Python3_FOUND AND vnic_door_sources AND vnic_door_headers AND vnic_alloc_sources)
    set(vnic_fault_dir "${PROJECT_BINARY_DIR}/fault")
    set(vnic_fault_generator "${PROJECT_SOURCE_DIR}/tests/fault/gen_fault.py")
    set(vnic_fault_made "${vnic_fault_dir}/fault_rename.h" "${vnic_fault_dir}/fault_models.h"
        "${vnic_fault_dir}/fault_wrappers.c")
    add_custom_command(
        OUTPUT ${vnic_fault_made}
        COMMAND Python3::Interpreter "${vnic_fault_generator}" --out "${vnic_fault_dir}"
            ${vnic_fault_system} ${vnic_door_headers}
        DEPENDS "${vnic_fault_generator}" ${vnic_door_headers} ${vnic_fault_models}
        VERBATIM)
    add_custom_target(vnic_fault_generate DEPENDS ${vnic_fault_made})

    set(vnic_fault_parts door)
    if(vnic_services_sources)
        list(APPEND vnic_fault_parts services)
    endif()
    foreach(vnic_part IN LISTS vnic_fault_parts)
        vnic_add_objects(vnic_fault_${vnic_part}_objects ${vnic_${vnic_part}_sources})
        target_compile_definitions(vnic_fault_${vnic_part}_objects PRIVATE VNIC_STATIC)
        add_dependencies(vnic_fault_${vnic_part}_objects vnic_fault_generate)
        list(APPEND vnic_fault_objects $<TARGET_OBJECTS:vnic_fault_${vnic_part}_objects>)
    endforeach()
    target_compile_options(vnic_fault_door_objects PRIVATE
        "SHELL:-include ${vnic_fault_dir}/fault_rename.h")
    if(vnic_services_sources)
        target_compile_options(vnic_fault_services_objects PRIVATE
            "SHELL:-include ${PROJECT_SOURCE_DIR}/tests/wine_model/fault_services.h")
    endif()

    add_library(vnic_fault STATIC
        $<TARGET_OBJECTS:vnic_plain_objects> ${vnic_fault_objects}
        "${vnic_fault_dir}/fault_wrappers.c" tests/fault/fault_alloc.c ${vnic_fault_models})
    vnic_common_options(vnic_fault)
    target_compile_definitions(vnic_fault PRIVATE _GNU_SOURCE PUBLIC VNIC_STATIC)
    target_include_directories(vnic_fault PUBLIC "${PROJECT_SOURCE_DIR}/src"
        "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/tests/fault")
    target_link_libraries(vnic_fault PUBLIC ${vnic_link_libraries})
    if(vnic_fault_models)
        set_target_properties(vnic_fault PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON)
        target_include_directories(vnic_fault PRIVATE "${vnic_fault_dir}"
            PUBLIC "${PROJECT_SOURCE_DIR}/tests/wine_model")
        target_compile_options(vnic_fault PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${VNIC_CXX_WARNINGS}>)
        # With what the sources of the library are compiled, for they share headers.
        target_compile_definitions(vnic_fault PUBLIC ${vnic_os_definitions})
    endif()
endif()
