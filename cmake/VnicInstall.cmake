# SPDX-License-Identifier: Apache-2.0
# Install: headers, libraries, a CMake package and a vnic.pc that both still work when the prefix is
# moved, the tool with its manual and completion.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(vnic_installed vnic)
foreach(vnic_other IN ITEMS vnic_static vnic_shared)
    if(TARGET ${vnic_other})
        list(APPEND vnic_installed ${vnic_other})
    endif()
endforeach()
foreach(vnic_target IN LISTS vnic_installed)
    set_property(TARGET ${vnic_target} PROPERTY INSTALL_RPATH "")
endforeach()
install(TARGETS ${vnic_installed} EXPORT vnic-targets
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/vnic" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.h")

set(vnic_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/vnic")
install(EXPORT vnic-targets NAMESPACE vnic:: DESTINATION "${vnic_package_dir}")
configure_package_config_file("${PROJECT_SOURCE_DIR}/packaging/vnic-config.cmake.in"
    "${PROJECT_BINARY_DIR}/vnic-config.cmake" INSTALL_DESTINATION "${vnic_package_dir}"
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the ABI, so only the same minor version is compatible.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/vnic-config-version.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/vnic-config.cmake"
    "${PROJECT_BINARY_DIR}/vnic-config-version.cmake" DESTINATION "${vnic_package_dir}")

# The prefix in vnic.pc is relative to the file itself: the number of steps up follows from where it is.
set(vnic_pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(IS_ABSOLUTE "${vnic_pc_dir}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(vnic_pc_prefix "${CMAKE_INSTALL_PREFIX}")
    set(vnic_pc_libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
    set(vnic_pc_includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
    file(RELATIVE_PATH vnic_pc_up "/${vnic_pc_dir}" "/")
    string(REGEX REPLACE "/$" "" vnic_pc_up "${vnic_pc_up}")
    set(vnic_pc_prefix "\${pcfiledir}/${vnic_pc_up}")
    set(vnic_pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
    set(vnic_pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
list(TRANSFORM vnic_link_libraries PREPEND "-l" OUTPUT_VARIABLE vnic_pc_libs_private)
list(JOIN vnic_pc_libs_private " " vnic_pc_libs_private)
# Only Windows' compilers must know in advance that the library is static.
set(vnic_pc_cflags "")
if(WIN32 AND NOT BUILD_SHARED_LIBS AND NOT VNIC_BUILD_BOTH)
    set(vnic_pc_cflags " -DVNIC_STATIC")
endif()
configure_file("${PROJECT_SOURCE_DIR}/packaging/vnic.pc.in" "${PROJECT_BINARY_DIR}/vnic.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/vnic.pc" DESTINATION "${vnic_pc_dir}")

if(TARGET vnic_tool)
    # The tool finds a shared vnic beside itself, wherever the prefix is.
    file(RELATIVE_PATH vnic_tool_up "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
    set_property(TARGET vnic_tool PROPERTY INSTALL_RPATH "$ORIGIN/${vnic_tool_up}")
    install(TARGETS vnic_tool RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    if(EXISTS "${PROJECT_SOURCE_DIR}/docs/man/vnic.1")
        install(FILES "${PROJECT_SOURCE_DIR}/docs/man/vnic.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
    endif()
    if(EXISTS "${PROJECT_SOURCE_DIR}/packaging/completion/vnic.bash")
        install(FILES "${PROJECT_SOURCE_DIR}/packaging/completion/vnic.bash" RENAME vnic
            DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
    endif()
endif()
