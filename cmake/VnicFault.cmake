# SPDX-License-Identifier: Apache-2.0
# The library with two parts replaced, for the fault sweep: every call through the door to the system
# asks vnic__fault_hit() first, and the allocator can fail the n-th time. All other objects are the
# shipped ones. The wrappers are generated from the door's header, so that the list is complete.
find_package(Python3 COMPONENTS Interpreter)
file(GLOB vnic_door_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/os/linux/linux_sys*.h")
if(NOT VNIC_URING_LIBRARY)
    list(FILTER vnic_door_headers EXCLUDE REGEX "/linux_sys_uring\\.h$")
endif()
if(Python3_FOUND AND vnic_door_sources AND vnic_door_headers AND vnic_alloc_sources)
    set(vnic_fault_dir "${PROJECT_BINARY_DIR}/fault")
    set(vnic_fault_generator "${PROJECT_SOURCE_DIR}/tests/fault/gen_fault.py")
    add_custom_command(
        OUTPUT "${vnic_fault_dir}/fault_rename.h" "${vnic_fault_dir}/fault_wrappers.c"
        COMMAND Python3::Interpreter "${vnic_fault_generator}" --out "${vnic_fault_dir}"
            ${vnic_door_headers}
        DEPENDS "${vnic_fault_generator}" ${vnic_door_headers}
        VERBATIM)
    add_custom_target(vnic_fault_generate
        DEPENDS "${vnic_fault_dir}/fault_rename.h" "${vnic_fault_dir}/fault_wrappers.c")

    vnic_add_objects(vnic_fault_door_objects ${vnic_door_sources})
    target_compile_options(vnic_fault_door_objects PRIVATE
        "SHELL:-include ${vnic_fault_dir}/fault_rename.h")
    add_dependencies(vnic_fault_door_objects vnic_fault_generate)

    add_library(vnic_fault STATIC
        $<TARGET_OBJECTS:vnic_plain_objects> $<TARGET_OBJECTS:vnic_fault_door_objects>
        "${vnic_fault_dir}/fault_wrappers.c" tests/fault/fault_alloc.c)
    vnic_common_options(vnic_fault)
    target_compile_definitions(vnic_fault PRIVATE _GNU_SOURCE PUBLIC VNIC_STATIC)
    target_include_directories(vnic_fault PUBLIC "${PROJECT_SOURCE_DIR}/src"
        "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/tests/fault")
    target_link_libraries(vnic_fault PUBLIC ${vnic_link_libraries})
endif()
