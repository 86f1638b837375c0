# SPDX-License-Identifier: Apache-2.0
# Another Linux machine with Debian's cross compiler, its programs run by qemu-user:
#   -DVNIC_MACHINE=s390x-linux-gnu -DVNIC_QEMU=qemu-s390x-static
set(CMAKE_SYSTEM_NAME Linux)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VNIC_MACHINE VNIC_QEMU)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${VNIC_MACHINE}")
set(CMAKE_C_COMPILER ${VNIC_MACHINE}-gcc)
set(CMAKE_CXX_COMPILER ${VNIC_MACHINE}-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR ${VNIC_QEMU})
# Static programs need no libraries of the other machine at run time.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
