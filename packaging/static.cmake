# CMake toolchain of the static bootstrap and of the libraries in it: GCC for EVENKEEL_MACHINE (x86_64 or aarch64), and
# of libraries nothing but what packaging/libraries.sh has put into EVENKEEL_PREFIX. Also for the machine itself this is
# a cross-build, so that both zips come about in the same way.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES EVENKEEL_MACHINE EVENKEEL_PREFIX)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${EVENKEEL_MACHINE})
set(CMAKE_C_COMPILER ${EVENKEEL_MACHINE}-linux-gnu-gcc-12)
set(CMAKE_CXX_COMPILER ${EVENKEEL_MACHINE}-linux-gnu-g++-12)
set(CMAKE_AR ${EVENKEEL_MACHINE}-linux-gnu-gcc-ar-12)
set(CMAKE_RANLIB ${EVENKEEL_MACHINE}-linux-gnu-gcc-ranlib-12)

set(CMAKE_FIND_ROOT_PATH ${EVENKEEL_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_USE_PACKAGE_REGISTRY OFF)
set(CMAKE_PREFIX_PATH /)
set(ENV{PKG_CONFIG_LIBDIR} ${EVENKEEL_PREFIX}/lib/pkgconfig)

# Debian's files for CMake speak of its shared libraries; these speak of the static ones in EVENKEEL_PREFIX.
foreach(package absl fmt pugixml nlohmann_json CLI11)
  set(${package}_DIR ${CMAKE_CURRENT_LIST_DIR}/cmake)
endforeach()
