# SPDX-License-Identifier: Apache-2.0
# The tests: GoogleTest from its source package, so that the same tests build with every sanitizer and
# every cross compiler, and vnic_add_test().
enable_language(CXX)

set(VNIC_GTEST_SOURCE /usr/src/googletest/googletest CACHE PATH "GoogleTest's source directory")
set(VNIC_RESULTS_DIR "${PROJECT_BINARY_DIR}/results" CACHE PATH "Where tests put their XML reports")
file(MAKE_DIRECTORY "${VNIC_RESULTS_DIR}")
if(NOT EXISTS "${VNIC_GTEST_SOURCE}/src/gtest-all.cc")
    message(FATAL_ERROR "GoogleTest's sources are not in ${VNIC_GTEST_SOURCE}: install the package "
        "googletest, set VNIC_GTEST_SOURCE, or turn VNIC_BUILD_TESTS off")
endif()

# Two files instead of GoogleTest's own project: nothing of its options leaks into ours.
add_library(vnic_gtest STATIC EXCLUDE_FROM_ALL
    "${VNIC_GTEST_SOURCE}/src/gtest-all.cc" "${VNIC_GTEST_SOURCE}/src/gtest_main.cc")
set_target_properties(vnic_gtest PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON)
target_include_directories(vnic_gtest SYSTEM PUBLIC "${VNIC_GTEST_SOURCE}/include"
    PRIVATE "${VNIC_GTEST_SOURCE}")
if(UNIX)
    target_link_libraries(vnic_gtest PUBLIC pthread)
endif()

# The objects of the library in a static archive: a static link sees the internals that the shared
# library hides.
add_library(vnic_testing STATIC ${vnic_objects})
set_target_properties(vnic_testing PROPERTIES LINKER_LANGUAGE C)
target_include_directories(vnic_testing PUBLIC "${PROJECT_SOURCE_DIR}/include"
    "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
target_compile_definitions(vnic_testing PUBLIC VNIC_STATIC)
target_link_libraries(vnic_testing PUBLIC ${vnic_link_libraries})

# How every test is compiled.
function(vnic_compile_as_test target)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
        CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:C>:${VNIC_C_WARNINGS}> $<$<COMPILE_LANGUAGE:CXX>:${VNIC_CXX_WARNINGS}>)
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
        target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
    endif()
    target_compile_definitions(${target} PRIVATE
        VNIC_SOURCE_DIR="${PROJECT_SOURCE_DIR}" VNIC_BINARY_DIR="${PROJECT_BINARY_DIR}")
endfunction()

# Most of the time to compile a test goes into GoogleTest's header: it is compiled once, with what every test
# is compiled with. Not with a cross compiler: GCC 12 for s390x was seen to crash on a precompiled one.
if(NOT CMAKE_CROSSCOMPILING OR WIN32)
    # A C one too, because a test may have both and CMake then wants both.
    foreach(vnic_suffix cc c)
        file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/test_header.${vnic_suffix}"
            CONTENT "/* Only the header is wanted. */\nextern int vnic_test_header;\n")
    endforeach()
    add_library(vnic_test_header OBJECT EXCLUDE_FROM_ALL
        "${PROJECT_BINARY_DIR}/test_header.cc" "${PROJECT_BINARY_DIR}/test_header.c")
    vnic_compile_as_test(vnic_test_header)
    target_link_libraries(vnic_test_header PRIVATE vnic_testing vnic_gtest)
    target_precompile_headers(vnic_test_header PRIVATE
        "$<$<COMPILE_LANGUAGE:CXX>:<gtest/gtest.h$<ANGLE-R>>" "$<$<COMPILE_LANGUAGE:C>:<stdint.h$<ANGLE-R>>")
endif()

# All programs that Wine runs share one network, and those that have interfaces in it would see each other's.
function(vnic_test_alone_in_network name labels)
    if(WIN32 AND labels MATCHES "contract|wine")
        set_tests_properties(${name} PROPERTIES RESOURCE_LOCK wine_network)
    endif()
endfunction()

# vnic_add_test(NAME <n> SOURCES <f>… [LABELS unit|contract|live|fault|stress|fuzz…] [LIBRARY <lib>]
#               [LINK <lib>…] [DEFINES <d>…] [ENV <VAR=value>…] [ARGS <a>…] [TIMEOUT <seconds>])
# One GoogleTest program, linked with vnic_testing (LIBRARY: with that instead), known to ctest, its
# report in ${VNIC_RESULTS_DIR}/<n>.xml. The target tests_<label> builds all with that label. Sources may be C and C++; include paths: include/, src/, tests/.
function(vnic_add_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;LIBRARY;TIMEOUT" "SOURCES;LABELS;LINK;DEFINES;ENV;ARGS")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
        message(FATAL_ERROR "vnic_add_test: NAME and SOURCES are needed; unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_LIBRARY)
        set(arg_LIBRARY vnic_testing)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    add_executable(${arg_NAME} ${arg_SOURCES})
    vnic_compile_as_test(${arg_NAME})
    set_target_properties(${arg_NAME} PROPERTIES LINKER_LANGUAGE CXX
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    target_compile_definitions(${arg_NAME} PRIVATE ${arg_DEFINES})
    target_link_libraries(${arg_NAME} PRIVATE ${arg_LINK} ${arg_LIBRARY} vnic_gtest)
    # Macros of ours mean nothing to that header; others may, and the compiler would not take it.
    list(FILTER arg_DEFINES EXCLUDE REGEX "VNIC_[A-Z_]+>?$")
    if(TARGET vnic_test_header AND NOT arg_DEFINES)
        target_precompile_headers(${arg_NAME} REUSE_FROM vnic_test_header)
    endif()
    # Names of one file may hide another's then: -Wshadow is for the builds that compile them one by one.
    list(LENGTH arg_SOURCES vnic_number)
    if(VNIC_TESTS_TOGETHER AND vnic_number GREATER 1)
        set_target_properties(${arg_NAME} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
    endif()
    if(MINGW)
        target_link_options(${arg_NAME} PRIVATE -static)
    endif()
    add_test(NAME ${arg_NAME}
        COMMAND ${arg_NAME} "--gtest_output=xml:${VNIC_RESULTS_DIR}/${arg_NAME}.xml" ${arg_ARGS})
    set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
        ENVIRONMENT "${arg_ENV}")
    vnic_test_alone_in_network(${arg_NAME} "${arg_LABELS}")
    foreach(vnic_label IN LISTS arg_LABELS)
        if(NOT TARGET tests_${vnic_label})
            add_custom_target(tests_${vnic_label})
        endif()
        add_dependencies(tests_${vnic_label} ${arg_NAME})
    endforeach()
endfunction()

# Most tests of the kernel wait for it, so the parts of a long one run side by side. The first part is the
# test of vnic_add_test(), whose ENV must say GTEST_TOTAL_SHARDS=<parts> and GTEST_SHARD_INDEX=0. Started
# first, for a fresh clone does not know how long they take.
function(vnic_test_in_parts name parts label)
    set_tests_properties(${name} PROPERTIES COST 100)
    if(parts EQUAL 1)
        return()
    endif()
    foreach(part RANGE 2 ${parts})
        math(EXPR index "${part} - 1")
        add_test(NAME ${name}_${part}
            COMMAND ${name} "--gtest_output=xml:${VNIC_RESULTS_DIR}/${name}_${part}.xml")
        set_tests_properties(${name}_${part} PROPERTIES LABELS ${label} TIMEOUT 300 COST 100
            ENVIRONMENT "GTEST_TOTAL_SHARDS=${parts};GTEST_SHARD_INDEX=${index};VNIC_WINE_IPHLPAPI=n")
        vnic_test_alone_in_network(${name}_${part} ${label})
    endforeach()
endfunction()
